"""A temporary file for bytes on their way to a bucket, gone with the process however it ends, where the system can."""

import tempfile
from pathlib import Path
from typing import IO

_OPEN_FILES = Path("/proc/self/fd")


def open_spool() -> IO[bytes]:
    """An empty file. Without a name where this process's open files have paths, so that `kill -9` leaves nothing.

    Raises OSError.
    """
    return tempfile.TemporaryFile() if _OPEN_FILES.is_dir() else tempfile.NamedTemporaryFile(prefix="stemify-")


def spool_path(spool: IO[bytes]) -> Path:
    """Where other code of this process opens it, as long as it is open here."""
    return _OPEN_FILES / str(spool.fileno()) if _OPEN_FILES.is_dir() else Path(spool.name)
