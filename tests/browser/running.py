"""A program that runs beside a test, and is gone after it."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_STOP_SECONDS = 15.0


@contextmanager
def running(command: Sequence[str | Path], **told: Any) -> Iterator[None]:
    """It runs while the block lasts; asked to stop first, then made to. `told`: as to subprocess.Popen."""
    process = subprocess.Popen(command, **told)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
