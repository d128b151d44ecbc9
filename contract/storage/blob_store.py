"""What a storage of recordings and stems must do, whatever it is made of. A key names a blob; knows no job."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from contract.errors import StemifyError
from contract.storage.growing_blob import GrowingBlob, PartLinks

CHUNK_BYTES = 1 << 18
Chunk = bytes
"""A run of a blob's bytes; a writer's own `bytes` hides that name."""


class BlobNotFound(StemifyError):
    """There is no such file in storage."""

    code = "blob_not_found"


@dataclass(frozen=True, kw_only=True)
class BlobFacts:
    """One stored blob. `etag` changes with the content; `modified` is the storage's own time."""

    key: str
    bytes: int
    etag: str
    modified: datetime


class BlobWriter(Protocol):
    """A blob being written: visible, whole and durable when its with-block ends well, else nothing remains.

    `bytes` and `sha256` (hexadecimal) tell of what has been written so far.
    """

    @property
    def bytes(self) -> int:
        """Bytes written so far."""

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the bytes written so far."""

    def write(self, chunk: Chunk) -> None:
        """Add bytes. Raises InsufficientStorage, StorageUnavailable."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Publish when no error came, else leave nothing. Raises InsufficientStorage, StorageUnavailable."""


class BlobStore(Protocol):
    """A storage of blobs by key (`[A-Za-z0-9_-][A-Za-z0-9._-]*`, parts separated by `/`; ValueError for others).

    Every method raises StorageUnavailable when the storage cannot be reached and InsufficientStorage when it is full.
    """

    def writer(self, key: str) -> BlobWriter:
        """A writer of this blob; one that exists is replaced at the end."""

    def growing(self, key: str) -> GrowingBlob:
        """A blob that arrives in several requests; unseen until it is published."""

    def part_links(self) -> PartLinks | None:
        """For senders that put blobs here themselves; None where that is not possible."""

    def put_file(self, key: str, path: Path) -> BlobFacts:
        """Store a local file's content durably."""

    def facts(self, key: str) -> BlobFacts | None:
        """What is known of a blob; None when there is none."""

    def read(
        self, key: str, *, start: int = 0, end: int | None = None, chunk_bytes: int = CHUNK_BYTES
    ) -> Iterator[Chunk]:
        """The bytes from `start` up to, not including, `end`, in chunks. Raises BlobNotFound with the first chunk."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy a blob to a local file. Raises BlobNotFound."""

    def local_path(self, key: str) -> Path | None:
        """Where the blob lies on this machine; None when it is elsewhere or not there."""

    def link(self, key: str, *, filename: str, media_type: str) -> str | None:
        """An address that downloads the blob under this name for a while; None when the storage gives none."""

    def delete(self, key: str) -> None:
        """Remove a blob; one that is not there is fine."""

    def delete_folder(self, prefix: str) -> None:
        """Remove every blob under `prefix/`, half-written ones too; none there is fine."""

    def delete_unfinished(self, before: datetime) -> int:
        """Remove what killed writers left half-written and untouched since `before`; how many went."""

    def list(self, prefix: str = "") -> Iterator[BlobFacts]:
        """Every blob under `prefix/` (all of them without), in no order."""

    def free_bytes(self) -> int | None:
        """Room left; None when the storage does not say."""

    def whole_bytes(self) -> int | None:
        """Free and used room together; None when the storage does not say."""

    def check(self) -> None:
        """Raises StorageUnavailable unless blobs could be read and written now."""
