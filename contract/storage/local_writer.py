"""Writes one file so that it appears whole and durable, or not at all."""

import hashlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

from contract.errors import StorageUnavailable
from contract.storage.blob_store import BlobNotFound, Chunk
from contract.storage.local_errors import local_errors

PART_PREFIX, PART_SUFFIX = ".", ".part"
"""Around the name of a file still being written; no key's part begins so."""
_TRIES = 5
_Opened = TypeVar("_Opened")


class LocalWriter:
    """A file being written beside its final place: fsync, rename, fsync of the folder."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root
        self._part = path.with_name(f"{PART_PREFIX}{path.name}.{uuid.uuid4().hex[:8]}{PART_SUFFIX}")
        self._file: IO[Chunk] | None = None
        self._digest = hashlib.sha256()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """Bytes written so far."""
        return self._bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the bytes written so far."""
        return self._digest.hexdigest()

    def write(self, chunk: Chunk) -> None:
        """Add bytes. Raises InsufficientStorage, StorageUnavailable."""
        if self._file is None:
            raise RuntimeError("a blob is written inside its with-block")
        with local_errors():
            self._file.write(chunk)
        self._digest.update(chunk)
        self._bytes += len(chunk)

    def __enter__(self) -> Self:
        """Open the part file, making folders as needed."""
        with local_errors():
            self._file = opened_in(self._path.parent, self._root, lambda: self._part.open("xb"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Publish when no error came, else remove the part."""
        try:
            if kind is None:
                self._publish()
        finally:
            self._discard()

    def _publish(self) -> None:
        if self._file is None:
            raise RuntimeError("a blob is written inside its with-block")
        try:
            with local_errors():
                self._put_in_place(self._file)
        except BlobNotFound as error:
            raise StorageUnavailable("What was being stored was removed meanwhile.") from error

    def _put_in_place(self, file: IO[Chunk]) -> None:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._part.replace(self._path)
        sync_folder(self._path.parent)

    def _discard(self) -> None:
        if self._file is not None:
            with local_errors():
                try:
                    self._file.close()
                finally:
                    self._part.unlink(missing_ok=True)


def opened_in(folder: Path, root: Path, opening: Callable[[], _Opened]) -> _Opened:
    """What `opening` opens in a folder below `root`, which is made first. Raises OSError."""
    for left in reversed(range(_TRIES)):
        try:
            make_folder(folder, root)
            return opening()
        except FileNotFoundError:  # a folder was removed as empty just now
            if not left:
                raise
    raise AssertionError("unreachable")


def make_folder(folder: Path, root: Path) -> None:
    """Make a folder below `root` durably: each new one is on disk in the one above it."""
    missing = [each for each in (folder, *folder.parents) if each.is_relative_to(root) and not each.is_dir()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True, parents=each == root)
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to disk; a rename is not durable without."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
