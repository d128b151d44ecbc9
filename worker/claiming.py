"""Takes the job whose turn it is, also where the store took long to say so. Does nothing with it."""

import time
from collections.abc import Callable

import structlog

from contract.errors import StoreUnavailable
from contract.job_store import JobStore
from contract.jobs import Job

_log = structlog.get_logger(__name__)

_PAUSES_SECONDS = (0.2, 1, 3)
"""Before asking what became of a claim; beyond, its lease lapses and the job is taken back."""


def claim(store: JobStore, worker_id: str, *, rung_for: str, pause: Callable[[float], None] = time.sleep) -> Job | None:
    """The job to do now, held by this worker; None when there is none to be had, or the store does not say.

    The worker holds none yet. A claim may have been made though its answer was lost: the store then tells of it, and
    the job neither waits for its lease to lapse nor loses an attempt.
    """
    try:
        return store.claim_next(worker_id, rung_for=rung_for)
    except StoreUnavailable:
        _log.warning("claim_not_heard", rung_for=rung_for)
    for seconds in _PAUSES_SECONDS:
        pause(seconds)
        try:
            return next((job for job in store.running() if job.worker == worker_id), None)
        except StoreUnavailable:
            continue
    _log.warning("claim_failed", rung_for=rung_for)  # jobs wait on in the store, and a message is sent again
    return None
