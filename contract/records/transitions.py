"""What a wish means for a job as it stands: the event that should happen, or None. Pure; knows no store."""

from datetime import datetime, timedelta

from contract.errors import FailureCode, LeaseLost
from contract.events import (
    CancelRequested,
    Event,
    JobCanceled,
    JobClaimed,
    JobCompleted,
    JobFailed,
    JobReleased,
    JobRequeued,
)
from contract.jobs import Job, JobStatus

LAPSED = "The worker was lost: its lease lapsed."


def claimed(job: Job, worker: str, *, at: datetime, max_attempts: int) -> Event | None:
    """A worker asks for the job. A job that lost too many workers fails, one that should stop is canceled."""
    if job.is_terminal:
        return None
    if job.cancel_requested:
        return JobCanceled(at=at)
    if job.attempt >= max_attempts:
        return _given_up(job, at, LAPSED)
    return JobClaimed(at=at, worker=worker)


def canceled(job: Job, *, at: datetime) -> Event | None:
    """Somebody wants the job stopped: at once while it waits, else its worker is asked."""
    if job.is_terminal or job.cancel_requested:
        return None
    return JobCanceled(at=at) if job.status is JobStatus.queued else CancelRequested(at=at)


def lost(job: Job, reason: str, *, at: datetime, max_attempts: int) -> Event | None:
    """The running attempt came to nothing: another one, unless the job should stop or had its last."""
    if job.status is not JobStatus.processing:
        return None
    if job.cancel_requested:
        return JobCanceled(at=at)
    return _given_up(job, at, reason) if job.attempt >= max_attempts else JobRequeued(at=at, reason=reason)


def given_back(job: Job, event: JobReleased | JobRequeued, *, at: datetime, max_attempts: int) -> Event | None:
    """A worker hands its job back. A released job did not use up its attempt."""
    if isinstance(event, JobReleased):
        return JobCanceled(at=at) if job.cancel_requested else event.model_copy(update={"at": at})
    return lost(job, event.reason, at=at, max_attempts=max_attempts)


def with_expiry(event: Event, *, files_seconds: int) -> Event:
    """An ending says how long its files are kept; other events, and endings that say so already, are unchanged."""
    if not isinstance(event, JobCompleted | JobFailed | JobCanceled) or event.expires_at is not None:
        return event
    return event.model_copy(update={"expires_at": event.at + timedelta(seconds=files_seconds)})


def check_held(job: Job, mine: Job) -> None:
    """Raises LeaseLost unless the attempt that `mine` belongs to still holds the job."""
    if job.status is not JobStatus.processing or job.fence != mine.fence:
        raise LeaseLost


def _given_up(job: Job, at: datetime, reason: str) -> JobFailed:
    detail = f"The worker was lost {job.attempt} times while it did this job, so it was given up."
    return JobFailed(at=at, code=FailureCode.worker_lost, detail=detail, reason=reason, retryable=True)
