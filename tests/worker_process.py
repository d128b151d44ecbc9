"""A real Celery worker for the tests, as a process group of its own; nothing of it outlives the test."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

START_SECONDS = 90.0

ROOT = Path(__file__).resolve().parents[1]


def wait_for(what: Callable[[], object], *, seconds: float = 60.0, said: Callable[[], str] = lambda: "") -> object:
    """What `what` gives once it gives something true. Raises AssertionError, with what is `said`, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"not within {seconds} s\n{said()}"
        time.sleep(0.02)  # between two looks
    return found


class WorkerProcess:
    """`python -m worker.main` with these settings in its environment."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STEMIFY_", "REDIS_"))}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "worker.main", "-n", f"{self.name}@%h"],
                env=inherited | self._environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def terminate(self, *, seconds: float = 30.0) -> int:
        """SIGTERM; its exit status. Raises AssertionError when it does not end in time."""
        assert self._process is not None
        self._process.terminate()
        return self.wait(seconds)

    def wait(self, seconds: float = START_SECONDS) -> int:
        """Its exit status. Raises AssertionError when it does not end in time."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker did not stop\n{self.log[-6000:]}") from None

    def kill(self) -> None:
        """All of it at once, and wait."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
