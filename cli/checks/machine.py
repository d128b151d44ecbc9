"""Is this machine fit: its Python, its room on disk, the port the web UI wants."""

import os
import platform
import shutil
import sys
from pathlib import Path

from cli import ports
from cli.checks.finding import Finding, broken, note, ok

_OLDEST = (3, 11)
_ROOM_BYTES = 2 * 2**30
_PORT = 8000


def python() -> list[Finding]:
    """The interpreter's version."""
    found = platform.python_version()
    if sys.version_info < _OLDEST:
        return [broken("python", found, "Install Python 3.11 or newer and set up again with it.")]
    return [ok("python", f"{found} on {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs")]


def disk(folder: Path | None = None) -> list[Finding]:
    """Free room where the data folder would lie."""
    where = folder or Path.cwd()
    free = shutil.disk_usage(where).free
    said = f"{free / 2**30:.1f} GiB free in {where}"
    if free < _ROOM_BYTES:
        return [note("disk", said, "A server refuses jobs below 2 GiB: free some room or use --data-dir elsewhere.")]
    return [ok("disk", said)]


def port() -> list[Finding]:
    """Whether `stemify up` could listen on its usual port."""
    refusal = ports.refusal("127.0.0.1", _PORT)
    if refusal is None:
        return [ok("port", f"{_PORT} is free")]
    return [note("port", f"{_PORT} {refusal}", "Use `stemify up --port 8001` (or any free one).")]
