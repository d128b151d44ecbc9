"""A blob that grows in a file beside its final place: a hidden part, so that only what is whole is ever seen."""

import hashlib
import os
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from contract.storage.blob_store import CHUNK_BYTES
from contract.storage.growing_blob import Chunk, Published
from contract.storage.local_errors import local_errors
from contract.storage.local_writer import PART_PREFIX, PART_SUFFIX, opened_in, sync_folder

_OWNER_ALONE = 0o600
_BEYOND = "a run cannot begin beyond the blob's end"


class LocalGrowing:
    """A GrowingBlob in a folder. Its size is the file's after an fsync."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root
        self._part = path.with_name(f"{PART_PREFIX}{path.name}.growing{PART_SUFFIX}")

    def size(self) -> int:
        """Bytes that are here for good."""
        with local_errors():
            for path in (self._part, self._path):
                try:
                    with path.open("rb") as file:
                        os.fsync(file.fileno())
                        return os.fstat(file.fileno()).st_size
                except FileNotFoundError:
                    continue
        return 0

    def append(self, at: int) -> "LocalAppend":
        """A run that begins at byte `at`; what lies behind it is dropped. Raises ValueError beyond the end."""
        return LocalAppend(self._part, self._root, at)

    def publish(self) -> Published:
        """Rename the part to its place. Raises BlobNotFound without a byte."""
        with local_errors():
            if self._part.is_file():
                with self._part.open("rb") as file:
                    os.fsync(file.fileno())
                self._part.replace(self._path)
                sync_folder(self._path.parent)
            return self._digested()

    def _digested(self) -> Published:
        digest, count = hashlib.sha256(), 0
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                count += len(chunk)
        return Published(count, digest.hexdigest())


class LocalAppend:
    """Bytes being added to the part file."""

    def __init__(self, part: Path, root: Path, at: int) -> None:
        self._part = part
        self._root = root
        self._at = at
        self._file: FileIO | None = None

    def write(self, chunk: Chunk) -> None:
        """Add bytes. Raises InsufficientStorage, StorageUnavailable."""
        if self._file is None:
            raise RuntimeError("bytes are added inside the with-block")
        left = memoryview(chunk)
        with local_errors():
            while left:  # without a buffer a write may take less than it is given
                left = left[self._file.write(left) :]

    def __enter__(self) -> Self:
        """Open the part, making it and its folder when they are missing."""
        with local_errors():
            is_new = not self._part.is_file()
            if is_new and self._at:  # nothing is made here: what is published would no longer be seen
                raise ValueError(_BEYOND)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
            held = opened_in(self._part.parent, self._root, lambda: os.open(self._part, flags, _OWNER_ALONE))
            file = FileIO(held, "r+")
            if os.fstat(file.fileno()).st_size < self._at:
                file.close()
                raise ValueError(_BEYOND)
            file.truncate(self._at)
            file.seek(self._at)
            if is_new:
                sync_folder(self._part.parent)
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Bring the bytes to disk."""
        if self._file is not None:
            with local_errors(), self._file as file:
                os.fsync(file.fileno())
