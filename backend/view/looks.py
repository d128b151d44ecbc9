"""Looks at jobs for everybody who asks: all who ask meanwhile share the next trip to the store. Changes nothing.

Nearly all of it happens on the event loop: threads that only wait for the interpreter would keep it from each other.
"""

import asyncio

from anyio import to_thread

from backend.view.outlooks import Outlooks
from backend.view.snapshots import Snapshot
from contract.errors import JobNotFound, JobUnreadable
from contract.jobs import Job, JobStatus
from contract.line.outlook import Outlook
from contract.records.job_reader import JobReader
from contract.records.unreadable import Unreadable, UnreadableRecords

_AT_ONCE = 64
"""Jobs in one trip: some milliseconds of the event loop."""

_Asked = tuple[str, asyncio.Future[tuple[Job | Unreadable | None, int]]]


class Looks:
    """One for each replica, for its event loop alone."""

    def __init__(self, reader: JobReader, outlooks: Outlooks, unreadable: UnreadableRecords) -> None:
        self._reader = reader
        self._outlooks = outlooks
        self._unreadable = unreadable
        self._asked: list[_Asked] = []
        self._trips: asyncio.Task[None] | None = None
        self._renewal: asyncio.Task[None] | None = None

    async def at(self, job_id: str) -> Snapshot:
        """The job as it stands, read after this was asked. Raises JobNotFound, JobUnreadable, StoreUnavailable."""
        future: asyncio.Future[tuple[Job | Unreadable | None, int]] = asyncio.get_running_loop().create_future()
        self._asked.append((job_id, future))
        if self._trips is None:
            self._trips = asyncio.create_task(self._travel())
        found, line_moves = await future
        if found is None:
            raise JobNotFound
        if isinstance(found, Unreadable):
            await to_thread.run_sync(self._unreadable.note, {job_id: found})
            raise JobUnreadable
        waits = found.status is JobStatus.queued
        return Snapshot.of(found, await self._outlook(job_id, line_moves) if waits else None)

    async def _travel(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked[:_AT_ONCE], self._asked[_AT_ONCE:]
                await self._trip(asked)
        finally:
            self._trips = None

    async def _trip(self, asked: list[_Asked]) -> None:
        job_ids = list(dict.fromkeys(job_id for job_id, _ in asked))
        try:
            reading = await self._reader.read(job_ids)
        except Exception as error:  # noqa: BLE001 - raised where it was asked
            for _, future in asked:
                if not future.done():
                    future.set_exception(error)
            return
        found = dict(zip(job_ids, reading.jobs, strict=True))
        for job_id, future in asked:
            if not future.done():  # else whoever asked is gone
                future.set_result((found[job_id], reading.line_moves))

    async def _outlook(self, job_id: str, line_moves: int) -> Outlook | None:
        """Its place and times. Of a long line they may be a little old, except for a job that just came into it."""
        known = self._outlooks.glance(line_moves)
        if known.is_current:
            return known.found.get(job_id)
        renewal = self._renew()
        if known.may_be_told and job_id in known.found:
            return known.found[job_id]
        await asyncio.shield(renewal)
        known = self._outlooks.glance(line_moves)
        if job_id not in known.found and not known.is_current:  # that one had begun before the job came
            await asyncio.shield(self._renew())
        return self._outlooks.glance(line_moves).found.get(job_id)

    def _renew(self) -> asyncio.Task[None]:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(to_thread.run_sync(self._outlooks.renew))
            self._renewal.add_done_callback(_heed)
        return self._renewal


def _heed(renewal: asyncio.Task[None]) -> None:
    """One that failed while nobody waited for it: soon what is known is too old, and whoever asks then is told why."""
    if not renewal.cancelled():
        renewal.exception()
