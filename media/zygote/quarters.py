"""Where children work: a folder each, inside one that is locked while its zygote lives. Sweeps what dead ones left."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

_PREFIX = "stemify-jail-"
_YOUNG_SECONDS = 60.0
"""A folder this young may not have its lock yet."""


class Quarters:
    """Folders for children under `parent`. Where none can be made, `problem` says why, and children go without."""

    def __init__(self, parent: str) -> None:
        self.problem: str | None = None
        self._folder: str | None = None
        try:
            _sweep(Path(parent))
            self._folder = tempfile.mkdtemp(prefix=_PREFIX, dir=parent)
            # The system drops the lock when this process dies, however it dies.
            self._lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError as error:
            self.problem = os.strerror(error.errno or 0)

    def furnish(self) -> str | None:
        """A new empty folder for one child; None where there is no room for any."""
        if self._folder is None:
            return None
        try:
            return tempfile.mkdtemp(dir=self._folder)
        except OSError:  # the disk is full, say: reading needs no folder
            return None

    def clear(self, folder: str | None) -> None:
        """Remove a child's folder with all that is in it."""
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove all of them."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)


def _sweep(parent: Path) -> None:
    """Remove the folders of this user's zygotes that are gone."""
    for left in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # gone meanwhile, in use, or not ours
            _remove_if_abandoned(left)


def _remove_if_abandoned(left: Path) -> None:
    held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        facts = os.fstat(held)
        if facts.st_uid == os.geteuid() and time.time() - facts.st_mtime >= _YOUNG_SECONDS:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(held)
