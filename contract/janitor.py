"""Takes back lost jobs, rings for those nobody heard of, removes what was kept long enough.

Any number may run, in either tier. It knows no schedule: who runs it decides when.
"""

import structlog

from contract.errors import StorageUnavailable
from contract.job_store import JobStore
from contract.storage import BlobStore
from contract.task_queue import TaskQueue

_log = structlog.get_logger(__name__)

_AT_ONCE = 100


class Janitor:
    """Sweeps are guarded in the store, removals may happen twice. It raises StoreUnavailable, StorageUnavailable."""

    def __init__(self, store: JobStore, queue: TaskQueue, storage: BlobStore) -> None:
        self._store = store
        self._queue = queue
        self._storage = storage

    def sweep(self) -> None:
        """Lapsed leases and lost messages: ring for each job that waits unheard."""
        reaped = self._store.reap()
        if reaped.requeued or reaped.failed:
            _log.warning("jobs_reclaimed", requeued=reaped.requeued, failed=reaped.failed)
        for job_id in reaped.to_publish:
            self._queue.enqueue(job_id)
        for job_id in reaped.failed:
            self.remove_results(job_id)

    def tidy(self) -> None:
        """Files and records whose time is over.

        A job in this list is hidden or past its time already, so that nobody is offered what goes: first the files,
        and only when they are gone the record that names them. A folder that cannot go keeps no other; it is tried
        again later.
        """
        try:
            self._remove_due()
        finally:
            self._store.expiry.forget(_AT_ONCE)

    def remove_results(self, job_id: str) -> None:
        """What the attempts at a job that came to nothing left in storage."""
        self._storage.delete_folder(f"results/{job_id}")

    def remove_files(self, job_id: str) -> None:
        """Everything a job has in storage."""
        self._storage.delete_folder(f"uploads/{job_id}")
        self.remove_results(job_id)

    def _remove_due(self) -> None:
        for job_id in self._store.expiry.due(_AT_ONCE):
            try:
                self.remove_files(job_id)
            except StorageUnavailable as error:
                self._storage.check()  # the whole storage is away, or this folder alone cannot go
                _log.warning("files_not_removed", job_id=job_id, because=error.detail)
                self._store.expiry.postpone(job_id)
            else:
                self._store.expiry.files_removed(job_id)
