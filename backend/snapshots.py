"""A job as it stands now, with its place in the queue and an estimate of what is left. Reads; changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.outlooks import Outlooks
from contract.job_store import JobStore
from contract.jobs import Job, JobStatus
from contract.outlook import Outlook


@dataclass(frozen=True)
class Snapshot:
    """A job at one moment. `queue_position`: 1 is next; None when it does not wait."""

    job: Job
    read_at: datetime
    queue_position: int | None = None
    eta_seconds: float | None = None

    @property
    def etag(self) -> str:
        """Changes with the job's version, and with its place while it waits."""
        place = "" if self.queue_position is None else f".{self.queue_position}"
        return f'W/"{self.job.version}{place}"'


class Snapshots:
    """Reads jobs. Every method raises StoreUnavailable."""

    def __init__(self, store: JobStore, outlooks: Outlooks) -> None:
        self._store = store
        self._outlooks = outlooks

    def read(self, job_id: str) -> Snapshot:
        """The job now. Raises JobNotFound, JobUnreadable."""
        return self.of(self._store.get(job_id))

    def of(self, job: Job) -> Snapshot:
        """What is to be said of a job that was just read."""
        return _seen(job, self._outlooks.of(job.job_id) if job.status is JobStatus.queued else None)

    def of_all(self, jobs: Sequence[Job]) -> list[Snapshot]:
        """As `of` for each, with one look at the line for all of them."""
        if all(job.status is not JobStatus.queued for job in jobs):
            return [_seen(job, None) for job in jobs]
        found = self._outlooks.now()
        return [_seen(job, found.get(job.job_id) if job.status is JobStatus.queued else None) for job in jobs]


def _seen(job: Job, outlook: Outlook | None) -> Snapshot:
    now = datetime.now(UTC)
    return (
        Snapshot(job, now, None, job.eta_seconds)
        if outlook is None
        else Snapshot(job, now, outlook.place, outlook.done_in)
    )
