"""Notices that a process of this worker died with a job in hand, and hands the job back at once for it.

Without this the job would wait until its lease lapses. It knows records and ids, not what a job is made of.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from contract.errors import LeaseLost, StoreUnavailable
from contract.events import JobRequeued
from contract.job_store import JobStore
from contract.jobs import Job
from contract.task_queue import TaskQueue

_log = structlog.get_logger(__name__)

_REASON = "The process that did it died."


class LostChildren:
    """`children`: this worker's processes now; `name`: what jobs call the process of an id.

    `clear` removes what the attempts at a job left in storage, when there will not be another.
    """

    def __init__(
        self,
        store: JobStore,
        queue: TaskQueue,
        *,
        children: Callable[[], list[int]],
        name: Callable[[int], str],
        clear: Callable[[str], None],
    ) -> None:
        self._store = store
        self._queue = queue
        self._children = children
        self._name = name
        self._clear = clear
        self._known: set[int] = set()

    def look(self) -> None:
        """Hand back what those held that are gone; after StoreUnavailable, StorageUnavailable the next look goes on."""
        living = set(self._children())
        gone = {pid for pid in self._known - living if not _exists(pid)}
        self._known |= living
        if gone:
            names = {self._name(pid) for pid in gone}
            for job in self._store.running():
                if job.worker in names:
                    self._hand_back(job)
        self._known -= gone

    def _hand_back(self, job: Job) -> None:
        try:
            job = self._store.give_back(job, JobRequeued(at=datetime.now(UTC), reason=_REASON))
        except LeaseLost:  # it ended, or its lease lapsed and another has it
            return
        _log.warning("process_lost", job_id=job.job_id, status=job.status, attempt=job.attempt)
        if job.is_terminal:
            self._clear(job.job_id)
            return
        try:
            self._queue.enqueue(job.job_id, job.trace)
        except StoreUnavailable:
            _log.warning("job_not_rung", job_id=job.job_id)


def _exists(pid: int) -> bool:
    """Whether the process is there, or was not collected yet. While it is, it may still work."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
