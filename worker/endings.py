"""Tells the store how an attempt ended, and does not give up when the store is away for a while. Decides no ending."""

import time
from collections.abc import Callable

import structlog

from contract.errors import JobNotFound, LeaseLost, StoreUnavailable
from contract.events import JobCanceled, JobCompleted, JobFailed, JobReleased, JobRequeued
from contract.job_store import JobStore
from contract.jobs import Job, JobStatus

Ending = JobCompleted | JobFailed | JobCanceled | JobReleased | JobRequeued

_log = structlog.get_logger(__name__)

_PAUSES_SECONDS = (0.2, 0.5, 1, 2, 5, 5, 10, 10, 15, 15, 30, 30, 30, 60, 60, 60)
"""Between tries: minutes of work are worth some patience, and the lease decides in the end whether it was too much."""


def tell(store: JobStore, job: Job, ending: Ending, *, pause: Callable[[float], None] = time.sleep) -> Job | None:
    """The job as it stands after its ending; None when that ending did not count, because the job was another's.

    Raises StoreUnavailable after some minutes without an answer.
    """
    for seconds in _PAUSES_SECONDS:
        try:
            return _told(store, job, ending)
        except StoreUnavailable:
            _log.warning("ending_not_heard", ending=ending.type, again_in_seconds=seconds)
            pause(seconds)
    return _told(store, job, ending)


def _told(store: JobStore, job: Job, ending: Ending) -> Job | None:
    try:
        if isinstance(ending, JobReleased | JobRequeued):
            return store.give_back(job, ending)
        return store.finish(job, ending)
    except LeaseLost:
        return _earlier_commit(store, job) if isinstance(ending, JobCompleted) else None


def _earlier_commit(store: JobStore, job: Job) -> Job | None:
    """Our own commit, when only its answer was lost: nobody else completes a job under our fence."""
    try:
        now = store.get(job.job_id)
    except JobNotFound:
        return None
    return now if now.status is JobStatus.completed and now.fence == job.fence else None
