"""Reading a weight file so that what was checked is what is used: an ordinary file, of bounded size, by its SHA-256."""

import hashlib
import os
import stat
from io import FileIO
from pathlib import Path

from worker.engine.errors import WeightsCorrupt

LARGEST_FILE_BYTES = 2 * 1024**3


def read_checked(path: Path, sha256: str, *, limit: int = LARGEST_FILE_BYTES) -> bytes:
    """All bytes of the file, which must hash to `sha256`. Never follows a link, never waits on a pipe.

    Raises WeightsCorrupt; FileNotFoundError where there is no file.
    """
    with FileIO(_open(path), "r") as file:
        facts = os.fstat(file.fileno())
        if facts.st_size > limit:
            raise WeightsCorrupt(f"{path.name} is larger than the {limit} bytes a weight file may have.")
        content = file.readall()
    if sha256_of(content) != sha256:
        raise WeightsCorrupt(f"{path.name} does not have the SHA-256 {sha256} that it should have.")
    return content


def sha256_of(content: bytes) -> str:
    """Its SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _open(path: Path) -> int:
    try:
        # O_NONBLOCK: opening a named pipe must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise WeightsCorrupt(f"{path.name} cannot be opened as an ordinary file: {error.strerror}.") from error
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise WeightsCorrupt(f"{path.name} is not an ordinary file.")
