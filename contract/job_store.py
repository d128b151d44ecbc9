"""Where jobs live: every change is Job.apply, stored and announced by one script. Knows no HTTP, Celery or file."""

from collections.abc import Collection
from datetime import datetime
from itertools import islice

import redis

from contract.errors import JobNotFound, JobUnreadable, LeaseLost, QueueFull
from contract.events import (
    Event,
    JobAccepted,
    JobCanceled,
    JobClaimed,
    JobCompleted,
    JobFailed,
    JobProgressed,
    JobReleased,
    JobRequeued,
    StemFinished,
)
from contract.jobs import Job, JobStatus
from contract.line.fair_order import Line
from contract.line.speeds import SpeedBook
from contract.line.waiting_line import Reaped, WaitingLine
from contract.records import transitions
from contract.records.expiry import Expiry
from contract.records.job_pages import JobFilter, JobPages, Page
from contract.records.job_record import JobRecords, LineFull
from contract.records.settling import Choice, Settled, Settling
from contract.records.unreadable import UnreadableRecords
from contract.settings import QueueSettings, RetentionSettings

_SOONEST_RETRY_SECONDS, _LATEST_RETRY_SECONDS = 5, 300
_LOOKED_AT = 100


class JobStore:
    """The record of every job. Any method raises StoreUnavailable when the server cannot be reached.

    Methods taking a `job` act for the attempt that holds it: under its fence, or with LeaseLost. `expiry`: how long
    what ended jobs left is kept.
    """

    def __init__(self, client: redis.Redis, *, queue: QueueSettings, retention: RetentionSettings) -> None:
        self._queue = queue
        self._retention = retention
        self._records = JobRecords(client, lease_seconds=queue.lease_seconds)
        self._settling = Settling(self._records, SpeedBook(client), retention)
        self._unreadable = UnreadableRecords(client)
        self._line = WaitingLine(client, queue)
        self._pages = JobPages(client, self._records)
        self.expiry = Expiry(client, self._records, retention)

    def accept(self, job: Job) -> Job:
        """Take a new job in and put it in line; `created_at` becomes the store's time. Raises QueueFull.

        A job that was accepted before comes back as it stands.
        """
        now = self.now()
        event = JobAccepted(at=now)
        accepted = job.model_copy(update={"created_at": now}).apply(event)
        refused = self._records.accept(accepted, event, max_depth=self._queue.max_depth)
        if isinstance(refused, LineFull):
            wait = min(max(refused.wait_seconds // 2, _SOONEST_RETRY_SECONDS), _LATEST_RETRY_SECONDS)
            raise QueueFull(retry_after_seconds=wait)
        return accepted if refused is None else self.get(job.job_id)

    def get(self, job_id: str) -> Job:
        """The job as it stands. Raises JobNotFound."""
        return self._records.read(job_id)

    def claim_next(self, worker: str, *, rung_for: str) -> Job | None:
        """Take the job whose turn it is, under a lease and the next fence; None when no job is to be had.

        A bell is a permit to take one job, not that job: `rung_for`, the job it was rung for, is taken only where the
        line is empty (its own lease lapsed, then). Jobs that cannot be read are left to others.
        """
        for job_id in self._line.in_turn():
            if (job := self._claimed_if_readable(job_id, worker)) is not None:
                return job
        return self._claimed_if_readable(rung_for, worker)

    def claim(self, job_id: str, *, worker: str) -> Job | None:
        """Take this very job for a worker, whosever turn it is, under a lease and the next fence.

        None when it is not to be had: ended, gone, held by a live lease, or given up now after too many attempts.
        """
        at, most = self.now(), self._queue.max_attempts
        try:
            settled = self._settling.settle(
                self.get(job_id),
                lambda job: transitions.claimed(job, worker, at=at, max_attempts=most),
                lapsed=True,
            )
        except JobNotFound:
            self._line.drop(job_id)
            return None
        return settled.job if isinstance(settled.event, JobClaimed) else None

    def beat(self, job: Job) -> Job:
        """Renew the lease; the job as it stands, so that `cancel_requested` is seen. Raises LeaseLost."""
        current = self._records.beat(job)
        if current is None:
            raise LeaseLost
        return current

    def record(self, job: Job, event: JobProgressed | StemFinished) -> Job:
        """Store what the running attempt did, and renew its lease. Raises LeaseLost."""
        return self._held(job, lambda _: event, renews=True)

    def finish(self, job: Job, event: JobCompleted | JobFailed | JobCanceled) -> Job:
        """End the job: the commit. The store sets the time, and `expires_at` unless given. Raises LeaseLost."""
        ending = event.model_copy(update={"at": self.now()})
        return self._held(job, lambda _: ending)

    def give_back(self, job: Job, event: JobReleased | JobRequeued) -> Job:
        """Put the job back in line; its message is sent by the next sweep. Raises LeaseLost.

        A job that should stop is canceled instead, and one requeued after its last attempt fails.
        """
        at, most = self.now(), self._queue.max_attempts
        return self._held(job, lambda now: transitions.given_back(now, event, at=at, max_attempts=most))

    def cancel(self, job_id: str) -> Job:
        """Stop a waiting job at once, ask a running one's worker to; an ended one is unchanged. Raises JobNotFound."""
        at = self.now()
        return self._settling.settle(self.get(job_id), lambda job: transitions.canceled(job, at=at)).job

    def delete(self, job_id: str) -> Job:
        """Cancel the job if it has not ended, and hide it; the caller removes its files. Raises JobNotFound."""
        at = self.now()
        ended = self._settling.settle(self.get(job_id), lambda job: None if job.is_terminal else JobCanceled(at=at)).job
        self.expiry.hide(ended)
        return ended

    def reap(self) -> Reaped:
        """Take back jobs whose lease lapsed and find lost messages; one caller sweeps at a time.

        A job whose record cannot be read keeps no other: it is looked at again a lease later.
        """
        if not self._line.may_sweep():
            return Reaped()
        swept = [settled for job_id in self._line.lapsed() if (settled := self._reclaim(job_id))]
        requeued = tuple(each.job.job_id for each in swept if isinstance(each.event, JobRequeued))
        failed = tuple(each.job.job_id for each in swept if each.job.is_terminal)
        return Reaped(requeued, failed, tuple(dict.fromkeys((*requeued, *self._line.unheard()))))

    def page(
        self,
        tenant: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        statuses: Collection[JobStatus] | None = None,
        model: str | None = None,
        created_after: datetime | None = None,
    ) -> Page:
        """A tenant's jobs, newest first. Raises FieldProblem for a cursor that is none of ours."""
        wanted = JobFilter(statuses=statuses, model=model, created_after=created_after)
        return self._pages.page(tenant, limit=limit, cursor=cursor, wanted=wanted)

    def line(self) -> Line:
        """All that wait and run now, as estimates need it."""
        return self._line.read()

    def line_moves(self) -> int:
        """Another number whenever the line has changed."""
        return self._line.moves()

    def depth(self) -> int:
        """How many jobs wait."""
        return self._line.depth()

    def is_any_to_take(self) -> bool:
        """Whether a job waits that this release can read; of a long line the first are looked at."""
        return any(self._records.read_all([job_id])[0] for job_id in islice(self._line.in_turn(), _LOOKED_AT))

    def waiting_of(self, share: str) -> int:
        """How many of them take this share's turns."""
        return self._line.waiting_of(share)

    def running(self) -> list[Job]:
        """The jobs that are claimed now, whether their leases hold or not."""
        return [job for job in self._records.read_all(self._line.claimed()) if job is not None]

    def counts(self) -> dict[JobStatus, int]:
        """How many jobs wait and run now, and how many ever ended each way."""
        return self._line.counts()

    def oldest_waiting_seconds(self) -> float:
        """How long the first in line has waited; 0 when nobody waits."""
        oldest = self._line.oldest_milliseconds()
        return 0.0 if oldest is None else max(0.0, self.now().timestamp() - oldest / 1000)

    def now(self) -> datetime:
        """The store's clock, the only one that decides anything."""
        return self._records.now()

    def unreadable(self) -> int:
        """How many records could not be read lately: another release's, or damaged."""
        return self._unreadable.count()

    def _claimed_if_readable(self, job_id: str, worker: str) -> Job | None:
        try:
            return self.claim(job_id, worker=worker)
        except JobUnreadable:
            return None

    def _reclaim(self, job_id: str) -> Settled | None:
        at, most = self.now(), self._queue.max_attempts
        try:
            return self._settling.settle(
                self.get(job_id),
                lambda job: transitions.lost(job, transitions.LAPSED, at=at, max_attempts=most),
                lapsed=True,
            )
        except JobNotFound:
            self._line.drop(job_id)
            return None
        except JobUnreadable:
            self._line.postpone(job_id)
            return None

    def _held(self, mine: Job, choose: Choice, *, renews: bool = False) -> Job:
        def choose_if_held(job: Job) -> Event | None:
            transitions.check_held(job, mine)
            return choose(job)

        try:
            return self._settling.settle(mine, choose_if_held, renews=renews).job
        except JobNotFound:
            raise LeaseLost from None
