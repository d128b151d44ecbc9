"""Where an upload's bytes go as they arrive: into storage, or only through a digest. Knows no form and no HTTP."""

import hashlib
from types import TracebackType
from typing import Protocol, Self

import anyio
from anyio import to_thread

from contract.storage import BlobStore
from contract.storage.blob_store import Chunk
from contract.storage.growing_blob import Append

PIECE_BYTES = 256 * 1024
"""Small pieces are gathered to this before they cross to a thread."""


class Sink(Protocol):
    """Takes bytes; afterwards tells how many and their SHA-256."""

    @property
    def bytes(self) -> int:
        """How many bytes it was given."""

    @property
    def sha256(self) -> str:
        """Their digest, hexadecimal."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def write(self, piece: Chunk) -> None:
        """Take the next bytes."""


class DigestSink:
    """Keeps nothing but the count and the digest; for a request that only has to be recognised."""

    def __init__(self) -> None:
        self.bytes = 0
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest so far, hexadecimal."""
        return self._digest.hexdigest()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def write(self, piece: Chunk) -> None:
        """Take the next bytes."""
        self.bytes += len(piece)
        self._digest.update(piece)


class BlobSink:
    """Writes into storage through threads; nothing remains there when the block ends badly."""

    def __init__(self, storage: BlobStore, key: str) -> None:
        self._opened = storage.writer(key)
        self._gathered = bytearray()
        self.bytes = 0
        self.sha256 = ""

    async def __aenter__(self) -> Self:
        self._writer = await to_thread.run_sync(self._opened.__enter__)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self._end, kind, error, trace)

    async def write(self, piece: Chunk) -> None:
        """Take the next bytes. Raises InsufficientStorage, StorageUnavailable."""
        self._gathered += piece
        if len(self._gathered) >= PIECE_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        piece, self._gathered = bytes(self._gathered), bytearray()
        await to_thread.run_sync(self._writer.write, piece)

    def _end(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """A canceled request, or one whose last piece found no room, must still leave nothing half-written behind."""
        if error is not None:
            self._opened.__exit__(kind, error, trace)
            return
        try:
            self._writer.write(bytes(self._gathered))
        except BaseException as failed:
            self._opened.__exit__(type(failed), failed, failed.__traceback__)
            raise
        self._opened.__exit__(None, None, None)
        self.bytes, self.sha256 = self._writer.bytes, self._writer.sha256


class AppendSink:
    """Adds to a growing blob through threads; what came is kept, however the block ends."""

    def __init__(self, run: Append) -> None:
        self._run = run
        self._gathered = bytearray()

    async def __aenter__(self) -> Self:
        await to_thread.run_sync(self._run.__enter__)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await self._flush()
            finally:
                await to_thread.run_sync(self._run.__exit__, kind, error, trace)

    async def write(self, piece: Chunk) -> None:
        """Take the next bytes. Raises InsufficientStorage, StorageUnavailable."""
        self._gathered += piece
        if len(self._gathered) >= PIECE_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        piece, self._gathered = bytes(self._gathered), bytearray()
        if piece:
            await to_thread.run_sync(self._run.write, piece)
