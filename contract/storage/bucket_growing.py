"""A blob that grows in a bucket: numbered pieces beside its final place, put together once all have come.

An object cannot be added to, and a multipart upload wants parts of 5 MiB whatever the caller sends. So each run becomes
one or more objects named by their first byte; what is durable is what follows from byte 0 without a gap.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from contract.errors import CallerError
from contract.storage.blob_store import BlobFacts, BlobNotFound, BlobWriter
from contract.storage.growing_blob import Chunk, Published
from contract.storage.local_errors import local_errors
from contract.storage.spool_file import open_spool, spool_path

PIECE_BYTES = 8 * 2**20
MOST_PIECES = 2_000
"""More would cost a listing of many pages for each run; a sender that needs them sends crumbs."""
_DIGITS = 15


class Objects(Protocol):
    """What of a bucket is needed here."""

    def writer(self, key: str) -> BlobWriter:
        """A writer of this blob."""

    def put_file(self, key: str, path: Path) -> BlobFacts:
        """Store a local file's content."""

    def read(self, key: str) -> Iterator[Chunk]:
        """The bytes of a blob, in chunks."""

    def facts(self, key: str) -> BlobFacts | None:
        """What is known of a blob."""

    def delete(self, key: str) -> None:
        """Remove a blob."""

    def delete_folder(self, prefix: str) -> None:
        """Remove every blob under a prefix."""

    def list(self, prefix: str = "") -> Iterator[BlobFacts]:
        """Every blob under a prefix."""


class BucketGrowing:
    """A GrowingBlob of pieces in a bucket."""

    def __init__(self, objects: Objects, key: str) -> None:
        self._objects = objects
        self._key = key
        self._folder = f"{key}.pieces"

    def size(self) -> int:
        """Bytes that are here for good."""
        pieces = self._pieces()
        if pieces:
            return sum(piece.bytes for piece in pieces)
        whole = self._objects.facts(self._key)
        return 0 if whole is None else whole.bytes

    def append(self, at: int) -> "BucketAppend":
        """A run that begins at byte `at`; what lies behind it is dropped. Raises ValueError beyond the end."""
        return BucketAppend(self, at)

    def publish(self) -> Published:
        """Put the pieces together. Raises BlobNotFound without a byte."""
        pieces = self._pieces()
        if not pieces and self._objects.facts(self._key) is None:
            raise BlobNotFound
        if not pieces:
            return self._read_back()
        with self._objects.writer(self._key) as writer:
            for piece in pieces:
                for chunk in self._objects.read(piece.key):
                    writer.write(chunk)
        self._objects.delete_folder(self._folder)
        return Published(writer.bytes, writer.sha256)

    def put_piece(self, at: int, path: Path) -> None:
        """Store the next piece, which begins at byte `at`. Raises CallerError when there are too many."""
        if len(self._pieces()) >= MOST_PIECES:
            raise CallerError(f"The upload came in more than {MOST_PIECES:,} pieces; send more in each request.")
        self._objects.put_file(f"{self._folder}/{at:0{_DIGITS}}", path)

    def drop_behind(self, at: int) -> None:
        """Remove what does not lie before byte `at`. Raises ValueError when no piece ends there."""
        kept = 0
        for piece in self._pieces():
            if _start(piece) + piece.bytes > at:
                self._objects.delete(piece.key)
            else:
                kept += piece.bytes
        if kept != at:
            raise ValueError("a run cannot begin where no piece ends")

    def _pieces(self) -> list[BlobFacts]:
        """Those that follow from byte 0 without a gap, in order."""
        found, end = [], 0
        for piece in sorted(self._objects.list(self._folder), key=_start):
            if _start(piece) != end:
                break
            found.append(piece)
            end += piece.bytes
        return found

    def _read_back(self) -> Published:
        digest, count = hashlib.sha256(), 0
        for chunk in self._objects.read(self._key):
            digest.update(chunk)
            count += len(chunk)
        return Published(count, digest.hexdigest())


class BucketAppend:
    """Bytes being added: gathered in a temporary file, sent as a piece each 8 MiB and at the end."""

    def __init__(self, blob: BucketGrowing, at: int) -> None:
        self._blob = blob
        self._at = at
        self._file: IO[Chunk] | None = None

    def write(self, chunk: Chunk) -> None:
        """Add bytes. Raises InsufficientStorage, StorageUnavailable."""
        if self._file is None:
            raise RuntimeError("bytes are added inside the with-block")
        with local_errors():
            self._file.write(chunk)
            held = self._file.tell()
        if held >= PIECE_BYTES:
            self._send(self._file)

    def __enter__(self) -> Self:
        """Drop what lies behind, and open the temporary file."""
        self._blob.drop_behind(self._at)
        with local_errors():
            self._file = open_spool()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send the rest."""
        if self._file is not None:
            with self._file as file:
                self._send(file)

    def _send(self, file: IO[Chunk]) -> None:
        with local_errors():
            file.flush()
            held = file.tell()
        if held:
            self._blob.put_piece(self._at, spool_path(file))
            self._at += held
            with local_errors():
                file.seek(0)
                file.truncate()


def _start(piece: BlobFacts) -> int:
    return int(piece.key.rsplit("/", 1)[-1])
