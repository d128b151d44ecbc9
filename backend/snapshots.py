"""A job as it stands now, with its place in the queue and an estimate of what is left. Reads; changes nothing."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from contract.job_store import JobStore
from contract.jobs import Job, JobStatus
from contract.speeds import SpeedBook
from contract.worker_registry import WorkerRegistry


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

    def __init__(self, store: JobStore, speeds: SpeedBook, workers: WorkerRegistry) -> None:
        self._store = store
        self._speeds = speeds
        self._workers = workers

    def read(self, job_id: str) -> Snapshot:
        """The job now. Raises JobNotFound."""
        return self.of(self._store.get(job_id))

    def of(self, job: Job) -> Snapshot:
        """What is to be said of a job that was just read."""
        now = datetime.now(UTC)
        if job.status is not JobStatus.queued:
            return Snapshot(job, now, None, job.eta_seconds)
        position = self._store.position(job)
        return Snapshot(job, now, position, self._estimate(job, position))

    def _estimate(self, job: Job, position: int | None) -> float | None:
        """As many rounds of this job's own work as are ahead of it; None while nothing was measured."""
        speed = self._speeds.of(job.options.model)
        if speed is None or job.source.duration_seconds is None or position is None:
            return None
        workers = self._workers.live()
        busy = sum(worker.current_job is not None for worker in workers)
        rounds = math.ceil((position + busy) / max(1, len(workers)))
        return round(rounds * speed * job.source.duration_seconds, 1)
