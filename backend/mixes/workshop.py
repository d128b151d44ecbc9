"""The folder a mix is made in; those that killed processes left are cleared away. Knows no audio and no storage."""

import contextlib
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from contract.errors import InsufficientStorage, StorageUnavailable

_PREFIX = "stemify-mix-"
_ABANDONED_SECONDS = 6 * 3600.0
"""No mix takes so long: a folder this old is nobody's any more."""
_SPARE_BYTES = 64 * 2**20


@contextlib.contextmanager
def workshop(root: Path | None, *, needed_bytes: int) -> Iterator[Path]:
    """A new folder in `root` (the system's own for such files when None), gone afterwards.

    Raises StorageUnavailable where none can be made, InsufficientStorage without room for `needed_bytes`.
    """
    try:
        place = Path(tempfile.gettempdir()) if root is None else root
        _clear(place)
        made = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=place)
    except OSError as error:
        raise StorageUnavailable("There is no folder to make mixes in.") from error
    with made as name:
        if shutil.disk_usage(name).free < needed_bytes + _SPARE_BYTES:
            raise InsufficientStorage("There is not enough room left to make this mix.")
        yield Path(name)


def _clear(place: Path) -> None:
    before = time.time() - _ABANDONED_SECONDS
    for left in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # gone meanwhile
            told = left.lstat()
            if stat.S_ISDIR(told.st_mode) and told.st_mtime < before:
                shutil.rmtree(left, ignore_errors=True)
