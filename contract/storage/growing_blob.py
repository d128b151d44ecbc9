"""What a blob that arrives in several requests must do, whatever it is stored in. Knows no protocol and no upload."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

Chunk = bytes


@dataclass(frozen=True)
class Published:
    """A blob that came whole: its size and its SHA-256, hexadecimal."""

    bytes: int
    sha256: str


class Append(Protocol):
    """One run of bytes on its way in: durable when its with-block ends, however it ends."""

    def write(self, chunk: Chunk) -> None:
        """Add bytes. Raises InsufficientStorage, StorageUnavailable."""

    def __enter__(self) -> Self:
        """Begin. Raises InsufficientStorage, StorageUnavailable."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what was written. Raises InsufficientStorage, StorageUnavailable."""


class GrowingBlob(Protocol):
    """A blob written in runs, by several processes one after the other; nobody sees it before `publish`.

    Keeping it to one writer at a time is the caller's task. Every method raises StorageUnavailable when the storage
    cannot be reached and InsufficientStorage when it is full.
    """

    def size(self) -> int:
        """Bytes that are here for good; they survive whatever ends this process."""

    def append(self, at: int) -> Append:
        """A run that begins at byte `at`; what lies behind it is dropped. Raises ValueError beyond the end."""

    def publish(self) -> Published:
        """Make it a blob like any other; one published before is only read. Raises BlobNotFound without a byte."""


class PartLinks(Protocol):
    """Addresses by which a sender puts a blob into the storage itself, in parts. Methods raise StorageUnavailable."""

    @property
    def part_bytes(self) -> int:
        """Size of each part but the last."""

    def begin(self, key: str) -> str:
        """The storage's name for a new upload of this blob."""

    def link(self, key: str, upload: str, number: int) -> str:
        """Where to PUT part `number`, counted from 1."""

    def complete(self, key: str, upload: str, etags: Sequence[str]) -> None:
        """Put the parts together, each named by its PUT's ETag. Raises CallerError for others than those that came."""

    def abort(self, key: str, upload: str) -> None:
        """Drop what came; an upload that is not there is fine."""
