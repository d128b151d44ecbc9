"""What a stop or a failure means for the job: which ending an attempt has. Pure; tells nobody."""

from datetime import UTC, datetime

from contract.errors import FailureCode
from contract.events import JobCanceled, JobFailed, JobReleased, JobRequeued
from contract.jobs import Job
from worker.endings import Ending
from worker.failures import Failure
from worker.stops import Stop

_TIMED_OUT = Failure(FailureCode.timed_out, "The job took longer than this service allows for a recording this long.")


def after_stop(why: Stop | None, job: Job, *, max_attempts: int) -> Ending | None:
    """None when the job is another's by now."""
    match why:
        case Stop.lease_lost:
            return None
        case Stop.canceled:
            return JobCanceled(at=_now())
        case Stop.leaving:
            return JobReleased(at=_now())
    return after_failure(_TIMED_OUT, job, max_attempts=max_attempts)


def after_failure(failure: Failure, job: Job, *, max_attempts: int) -> JobFailed | JobRequeued:
    """Another attempt, where that may help and there is one left."""
    if failure.retryable and job.attempt < max_attempts:
        return JobRequeued(at=_now(), reason=f"{failure.code}: {failure.detail}")
    return JobFailed(at=_now(), code=failure.code, detail=failure.detail, retryable=failure.retryable)


def _now() -> datetime:
    return datetime.now(UTC)
