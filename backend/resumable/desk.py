"""An upload's life before its job: begun, added to, looked at, ended, at last sealed. Knows no HTTP and no option."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from anyio import to_thread

from backend.resumable.book import UploadBook, UploadRecord
from backend.resumable.errors import UploadExpired, UploadIncomplete, UploadLocked, UploadUsed, WrongOffset
from backend.resumable.run import Run
from backend.resumable.writer_lease import WriterLeases
from contract.errors import CallerError, FieldProblem, JobNotFound, StorageUnavailable
from contract.job_store import JobStore
from contract.jobs import Job
from contract.room import Room
from contract.storage import BlobNotFound, BlobStore
from contract.storage.growing_blob import GrowingBlob, Published

_log = structlog.get_logger(__name__)

_AT_ONCE = 100
_AGAIN = timedelta(minutes=10)
"""When an upload that could not be removed is tried again."""


@dataclass(frozen=True)
class Progress:
    """An upload and how far it is: bytes that are in storage for good."""

    record: UploadRecord
    offset: int

    @property
    def is_whole(self) -> bool:
        """Whether every byte has come."""
        return self.offset == self.record.bytes


class UploadDesk:
    """Any method raises StoreUnavailable and StorageUnavailable."""

    def __init__(
        self, book: UploadBook, leases: WriterLeases, *, storage: BlobStore, store: JobStore, room: Room
    ) -> None:
        self._book = book
        self._leases = leases
        self._storage = storage
        self._store = store
        self._room = room

    def begin(self, record: UploadRecord) -> None:
        """Announce an upload. Raises InsufficientStorage, TooManyUploads."""
        self._room.hold(record.upload_id, kept=record.bytes)
        try:
            self._book.begin(record)
        except BaseException:
            self._room.release(record.upload_id)
            raise

    def look(self, upload_id: str, *, tenant: str) -> Progress:
        """How far an upload is. Raises UploadNotFound, also for another tenant's, and UploadExpired."""
        record = self._book.get(upload_id, tenant=tenant, now=self._store.now())
        return Progress(record, record.bytes if record.used else self._growing(record).size())

    async def add(self, record: UploadRecord, run: Run) -> Progress:
        """Add bytes where the upload ends. What came of a run that broke off is kept, unless a checksum vouches for it.

        Raises WrongOffset, WrongChecksum, UploadTooLarge beyond the announced length, UploadUsed, UploadLocked,
        InsufficientStorage.
        """
        growing = self._growing(record)
        async with self._writing(record):
            if run.at != await to_thread.run_sync(growing.size):
                raise WrongOffset
            if run.at == record.bytes:
                await run.check_empty()
                return Progress(record, run.at)
            await self._promise(record, record.bytes - run.at)
            await run.write(growing, left=record.bytes - run.at)
            return await to_thread.run_sync(self._written_so_far, record, growing)

    async def replace(self, record: UploadRecord, body: AsyncIterator[bytes]) -> Progress:
        """The whole recording in one request, from its first byte. Raises what `add` raises."""
        growing = self._growing(record)
        async with self._writing(record):
            await to_thread.run_sync(self._storage.delete_folder, f"uploads/{record.upload_id}")
            await self._promise(record, record.bytes)
            await Run(body, 0).write(growing, left=record.bytes)
            return await to_thread.run_sync(self._written_so_far, record, growing)

    async def end(self, record: UploadRecord) -> None:
        """Forget an upload and its bytes. Raises UploadUsed once it is a job's, UploadLocked."""
        async with self.alone(record):
            await to_thread.run_sync(self._book.drop, record)
            await to_thread.run_sync(self._remove, record.upload_id, record)

    @asynccontextmanager
    async def _writing(self, record: UploadRecord) -> AsyncIterator[None]:
        """As `alone`, for bytes that come here. Raises CallerError for an upload whose bytes go to the bucket."""
        if record.direct is not None:
            raise CallerError("The bytes of this upload go to the addresses of its parts.")
        async with self.alone(record):
            yield

    @asynccontextmanager
    async def alone(self, record: UploadRecord) -> AsyncIterator[None]:
        """Hold an upload that is no job yet. Raises UploadUsed, UploadExpired, UploadNotFound (ended), UploadLocked."""
        async with self._leases.hold(record.upload_id):
            await to_thread.run_sync(self._check_open, record)
            yield

    def seal(self, record: UploadRecord) -> Published:
        """Make a whole upload its job's recording; safe to repeat. Raises UploadIncomplete, FieldProblem."""
        growing = self._growing(record)
        if (size := growing.size()) != record.bytes:
            raise UploadIncomplete(f"{size:,} of {record.bytes:,} bytes have come; send the rest first.")
        try:
            published = growing.publish()
        except BlobNotFound as error:
            raise UploadIncomplete from error
        if record.sha256 is not None and published.sha256 != record.sha256:
            raise FieldProblem([("/upload_id", "the recording is not the one whose sha256 was announced")])
        return published

    def job_of(self, record: UploadRecord) -> Job | None:
        """The job this upload became; None before. Raises UploadUsed when that job is gone."""
        try:
            return self._store.get(record.upload_id)
        except JobNotFound:
            if record.used:
                raise UploadUsed from None
            return None

    def use(self, record: UploadRecord) -> None:
        """The upload became a job."""
        self._book.use(record)

    async def tidy(self) -> None:
        """Remove what was begun and never used in its time."""
        now = await to_thread.run_sync(self._store.now)
        for upload_id in await to_thread.run_sync(self._book.due, now, _AT_ONCE):
            with suppress(UploadLocked):  # it becomes a job just now; the next time will tell
                async with self._leases.hold(upload_id):
                    await to_thread.run_sync(self._remove_due, upload_id)

    def _check_open(self, record: UploadRecord) -> None:
        if self.job_of(self._book.again(record)) is not None:
            raise UploadUsed
        if not self._book.is_open(record.upload_id):  # its time was over while another held it
            raise UploadExpired

    def _remove_due(self, upload_id: str) -> None:
        try:
            if self._book.is_open(upload_id) and not self._is_job(upload_id):
                self._remove(upload_id, self._book.find(upload_id))
        except StorageUnavailable as error:
            self._storage.check()  # the whole storage is away, or this upload alone cannot go: it keeps no other
            _log.warning("upload_not_removed", upload_id=upload_id, because=error.detail)
            self._book.postpone(upload_id, self._store.now() + _AGAIN)
            return
        self._book.gone(upload_id)
        _log.info("upload_expired", upload_id=upload_id)

    def _written_so_far(self, record: UploadRecord, growing: GrowingBlob) -> Progress:
        progress = Progress(record, growing.size())
        if progress.is_whole:
            self._room.release(record.upload_id)
        return progress

    async def _promise(self, record: UploadRecord, count: int) -> None:
        """Room for the bytes that are still to come; the promise made at the beginning may have lapsed."""
        await to_thread.run_sync(partial(self._room.hold, record.upload_id, kept=count))

    def _remove(self, upload_id: str, record: UploadRecord | None) -> None:
        self._room.release(upload_id)
        links = self._storage.part_links()
        if links is not None and record is not None and record.direct is not None:
            links.abort(record.blob, record.direct)
        self._storage.delete_folder(f"uploads/{upload_id}")

    def _is_job(self, upload_id: str) -> bool:
        """Whether there is a job of this id, which then owns the bytes."""
        try:
            self._store.get(upload_id)
        except JobNotFound:
            return False
        return True

    def _growing(self, record: UploadRecord) -> GrowingBlob:
        return self._storage.growing(record.blob)


def expiry(now: datetime, seconds: float) -> datetime:
    """When an upload that begins now ends, in whole seconds as headers tell it."""
    return (now + timedelta(seconds=seconds)).replace(microsecond=0)
