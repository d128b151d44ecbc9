"""A run of bytes on its way to the end of an upload, checked as it comes. Knows no upload's record and no HTTP."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio
from anyio import to_thread

from backend.intake.sinks import AppendSink
from backend.resumable.errors import WrongChecksum
from backend.resumable.tus import Checksum
from contract.errors import UploadTooLarge
from contract.storage.growing_blob import GrowingBlob


@dataclass(frozen=True)
class Run:
    """Where the bytes begin, and what they must hash to."""

    body: AsyncIterator[bytes]
    at: int
    checksum: Checksum | None = None

    async def write(self, growing: GrowingBlob, *, left: int) -> None:
        """Add them, at most `left`. What came of a run that broke off is kept, unless a checksum vouches for it.

        Raises WrongChecksum, UploadTooLarge beyond the announced length, and what the body and the storage raise.
        """
        try:
            await self._written(growing, left)
        except BaseException:
            if self.checksum is not None:
                await _dropped(growing, self.at)
            raise

    async def check_empty(self) -> None:
        """For an upload that is whole, which may be published already: takes nothing. Raises as `write`."""
        async for _ in self._counted(0):
            pass

    async def _written(self, growing: GrowingBlob, left: int) -> None:
        async with AppendSink(growing.append(self.at)) as sink:
            async for chunk in self._counted(left):
                await sink.write(chunk)

    async def _counted(self, left: int) -> AsyncIterator[bytes]:
        digest = self.checksum.begun() if self.checksum else hashlib.sha256()
        async for chunk in self.body:
            left -= len(chunk)
            if left < 0:
                raise UploadTooLarge("More bytes came than were announced as the upload's length.")
            if self.checksum:
                digest.update(chunk)
            yield chunk
        if self.checksum and not self.checksum.matches(digest.digest()):
            raise WrongChecksum


async def _dropped(growing: GrowingBlob, at: int) -> None:
    def drop() -> None:
        with growing.append(at):
            pass

    with anyio.CancelScope(shield=True):
        await to_thread.run_sync(drop)
