"""A private folder for one job in work, gone with it; what killed processes left behind is found by its lost lock."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "stemify-job-"
_UNLOCKED_PREFIX = "stemify-new-"
_YOUNG_SECONDS = 60.0
"""A folder without its last name that is this young may be about to get its lock."""


class Scratch:
    """Makes job folders under `parent` (the system's folder for temporary files when None)."""

    def __init__(self, parent: Path | None) -> None:
        self._parent = Path(tempfile.gettempdir()) if parent is None else parent

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A new empty folder that only we may read, removed with all that is in it. Raises OSError."""
        self._parent.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(prefix=_UNLOCKED_PREFIX, dir=self._parent))
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # the system drops it when this process dies, however it dies
            path = path.rename(path.with_name(_PREFIX + path.name.removeprefix(_UNLOCKED_PREFIX)))
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)

    def sweep(self) -> None:
        """Remove folders whose process is gone."""
        for path in self._parent.glob(f"{_PREFIX}*"):
            _remove_if_abandoned(path, younger=0.0)
        for path in self._parent.glob(f"{_UNLOCKED_PREFIX}*"):
            _remove_if_abandoned(path, younger=_YOUNG_SECONDS)


def _remove_if_abandoned(path: Path, *, younger: float) -> None:
    """Unless its lock is held, or it was touched within `younger` seconds."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # gone meanwhile, or not ours
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.time() - os.fstat(descriptor).st_mtime >= younger:
            shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:  # its job is in work
        pass
    finally:
        os.close(descriptor)
