"""A job as it stands now, with its place in the queue and an estimate of what is left. Reads; changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from backend.view.outlooks import Outlooks
from contract.job_store import JobStore
from contract.jobs import Job, JobStatus
from contract.line.outlook import Outlook


@dataclass(frozen=True)
class Snapshot:
    """A job at one moment. `queue_position`: 1 is next; None when it does not wait."""

    job: Job
    read_at: datetime
    queue_position: int | None = None
    eta_seconds: float | None = None

    @classmethod
    def of(cls, job: Job, outlook: Outlook | None) -> Self:
        """What is to be said of a job that was read now; `outlook`: of one that waits."""
        now = datetime.now(UTC)
        if outlook is None:
            return cls(job, now, None, job.eta_seconds)
        return cls(job, now, outlook.place, None if outlook.done_in is None else round(outlook.done_in, 1))

    @property
    def etag(self) -> str:
        """Changes with the job's version, and with its place while it waits."""
        place = "" if self.queue_position is None else f".{self.queue_position}"
        return f'W/"{self.job.version}{place}"'


class Snapshots:
    """For threads; on the event loop there is Looks. Every method raises StoreUnavailable."""

    def __init__(self, store: JobStore, outlooks: Outlooks) -> None:
        self._store = store
        self._outlooks = outlooks

    def read(self, job_id: str) -> Snapshot:
        """The job now. Raises JobNotFound, JobUnreadable."""
        return self.of(self._store.get(job_id))

    def of(self, job: Job) -> Snapshot:
        """What is to be said of a job that was just read."""
        return Snapshot.of(job, self._outlooks.of(job.job_id) if job.status is JobStatus.queued else None)

    def of_all(self, jobs: Sequence[Job]) -> list[Snapshot]:
        """As `of` for each, with one look at the line for all of them."""
        if all(job.status is not JobStatus.queued for job in jobs):
            return [Snapshot.of(job, None) for job in jobs]
        found = self._outlooks.now()
        return [Snapshot.of(job, found.get(job.job_id) if job.status is JobStatus.queued else None) for job in jobs]
