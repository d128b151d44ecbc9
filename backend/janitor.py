"""What every API replica does on the side: take back lost jobs, ring again, remove what was kept long enough."""

import asyncio
from collections.abc import Callable

import structlog
from anyio import to_thread

from backend.assembly import Parts
from contract.errors import OperatorError
from contract.jobs import Job

_log = structlog.get_logger(__name__)

TIDY_SECONDS = 60.0


class Janitor:
    """Any number of replicas may run one: sweeps are guarded in Redis, removals may happen twice."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def run(self) -> None:
        """Sweep and tidy until canceled. An outage of Redis or storage is waited out."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_every(self._parts.settings.queue.sweep_seconds, self.sweep))
            tasks.create_task(_every(TIDY_SECONDS, self.tidy))

    def sweep(self) -> None:
        """Take back jobs whose lease lapsed, and send lost messages again. Raises StoreUnavailable."""
        reaped = self._parts.store.reap()
        for job_id in reaped.to_publish:
            self._parts.queue.enqueue(job_id)
        if reaped.requeued or reaped.failed:
            _log.warning("jobs_reclaimed", requeued=reaped.requeued, failed=reaped.failed)

    def tidy(self) -> None:
        """Remove files and records whose time is over. Raises StoreUnavailable, StorageUnavailable."""
        for job in self._parts.store.expired(100):
            remove_files(self._parts, job)
            self._parts.store.files_removed(job.job_id)
        self._parts.store.forget(100)


def remove_files(parts: Parts, job: Job) -> None:
    """Everything a job has in storage. Raises StorageUnavailable."""
    parts.storage.delete_folder(f"uploads/{job.job_id}")
    parts.storage.delete_folder(f"results/{job.job_id}")


async def _every(seconds: float, act: Callable[[], None]) -> None:
    while True:
        try:
            await to_thread.run_sync(act)
        except OperatorError as error:
            _log.warning("janitor_waits", because=error.code)
        await asyncio.sleep(seconds)
