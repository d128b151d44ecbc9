"""One job's life in a worker: claim it, do it, and end it in exactly one way. Knows no audio and no Celery."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from structlog.contextvars import bound_contextvars

from contract.errors import FailureCode, StoreUnavailable
from contract.events import JobCanceled, JobCompleted, JobFailed, JobReleased, JobRequeued
from contract.job_store import JobStore
from contract.jobs import Job
from contract.settings import QueueSettings
from contract.speeds import SpeedBook
from contract.task_queue import TaskQueue
from contract.tracing import Tracing
from worker.endings import Ending, tell
from worker.engine import Canceled
from worker.failures import Failure, failure_of
from worker.lease import Lease
from worker.metrics import Metrics
from worker.pipeline import Pipeline
from worker.progress import Progress
from worker.result_shelf import ResultShelf
from worker.stops import Departure, Stop, Stopped
from worker.time_limits import TimeLimits, effort
from worker.watching import Watching

_log = structlog.get_logger(__name__)

_TIMED_OUT = Failure(FailureCode.timed_out, "The job took longer than this service allows for a recording this long.")


class ProcessSpent(Exception):
    """This process should end: its device or memory may be damaged. The job in hand has been taken care of."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """What a worker needs for the life of a job.

    `busy` is told the id of the job in hand, None when there is none. `abandon` ends the process at once, for an
    attempt that no longer listens.
    """

    worker_id: str
    store: JobStore
    queue: TaskQueue
    speeds: SpeedBook
    pipeline: Pipeline
    tracing: Tracing
    metrics: Metrics
    departure: Departure
    leases: QueueSettings
    limits: TimeLimits
    busy: Callable[[str | None], None]
    abandon: Callable[[], None]

    def run(self, job_id: str) -> None:
        """Do this job, if it is to be had. Raises ProcessSpent when the process should end after it."""
        try:
            job = self.store.claim(job_id, worker=self.worker_id)
        except StoreUnavailable:
            _log.warning("claim_failed", job_id=job_id)  # it waits on in the store, and its message is sent again
            return
        if job is None:
            _log.info("not_ours", job_id=job_id)
            return
        with self._context(job):
            _Attempt(self, job).run()

    @contextlib.contextmanager
    def _context(self, job: Job) -> Iterator[None]:
        """Logs, traces and the registration say which job is in hand."""
        facts: dict[str, str | int] = {"job_id": job.job_id, "attempt": job.attempt, "model": job.options.model}
        self.busy(job.job_id)
        try:
            with bound_contextvars(**facts), self.tracing.span("job", headers=job.trace, attributes=facts):
                yield
        finally:
            self.busy(None)
            self.tracing.flush()


class _Attempt:
    """One claimed job, until its ending."""

    def __init__(self, runner: Runner, job: Job) -> None:
        self._runner = runner
        self._job = job
        self._speed = _known_speed(runner.speeds, job)
        self._deadline = runner.limits.deadline(job, speed=self._speed)
        self._ends_process = False
        self._ended = threading.Lock()

    def run(self) -> None:
        """Work, then say how it ended; the lease is held until that is said. Raises ProcessSpent."""
        runner = self._runner
        _log.info("job_claimed", fence=self._job.fence)
        lease = Lease(runner.store, self._job, beat_seconds=runner.leases.beat_seconds, on_beat=self._enforce)
        with runner.departure.listening(), lease:
            ending = self._work(lease)
            self._end(ending)
        if self._ends_process:
            raise ProcessSpent

    def _work(self, lease: Lease) -> Ending | None:
        """The attempt's ending; None when the job is another's by now."""
        watching = Watching(
            lease,
            Progress(expected_seconds=self._expected_seconds()),
            leaving=lambda: self._runner.departure.is_due,
            timed_out=lambda: self._deadline.passed,
        )
        try:
            return self._runner.pipeline.run(self._job, watching)
        except (Stopped, Canceled):
            return self._stopped(watching.stop)
        except SystemExit:  # how Celery ends a child in the middle of a task
            self._end(JobReleased(at=_now()))
            raise
        except Exception as error:  # noqa: BLE001 - the outermost place of this tier: whatever happened, the job ends
            return self._failed(error, lost=watching.stop is Stop.lease_lost)

    def _stopped(self, why: Stop | None) -> Ending | None:
        match why:
            case Stop.lease_lost:
                return None
            case Stop.canceled:
                return JobCanceled(at=_now())
            case Stop.leaving:
                return JobReleased(at=_now())
        return self._ending_of(_TIMED_OUT)

    def _failed(self, error: Exception, *, lost: bool) -> Ending | None:
        failure = failure_of(error)
        self._ends_process = failure.ends_process
        _log.warning("attempt_failed", code=failure.code, exc_info=error)
        return None if lost else self._ending_of(failure)

    def _ending_of(self, failure: Failure) -> JobFailed | JobRequeued:
        """Another attempt, where that may help and there is one left."""
        if failure.retryable and self._job.attempt < self._runner.leases.max_attempts:
            return JobRequeued(at=_now(), reason=f"{failure.code}: {failure.detail}")
        return JobFailed(at=_now(), code=failure.code, detail=failure.detail, retryable=failure.retryable)

    def _end(self, ending: Ending | None) -> None:
        """Say it, unless the thread that beats says already that the attempt took too long."""
        if self._is_first_to_end():
            self._say(ending)

    def _is_first_to_end(self) -> bool:
        """True once, to one of the two threads: a second ending would take away what the first committed."""
        return self._ended.acquire(blocking=False)

    def _say(self, ending: Ending | None) -> None:
        """Tell the store, and leave nothing behind that nobody refers to."""
        runner, job = self._runner, self._job
        told = None if ending is None else tell(runner.store, job, ending)
        if told is None or not isinstance(ending, JobCompleted):
            ResultShelf(runner.pipeline.storage, job).clear()
        if ending is None or told is None:
            _log.warning("lease_lost")
            runner.metrics.ended("lease_lost")
            return
        _log.info("attempt_ended", ending=ending.type, status=told.status, progress=told.progress)
        runner.metrics.ended(ending.type, ending.code if isinstance(ending, JobFailed) else "")
        if isinstance(ending, JobCompleted):
            self._learn(ending)
        if isinstance(ending, JobReleased):
            with contextlib.suppress(StoreUnavailable):
                runner.queue.enqueue(job.job_id, job.trace)

    def _learn(self, done: JobCompleted) -> None:
        self._runner.metrics.completed(model=done.model.name, device=done.device, timings=done.timings)
        work = sum(seconds for name, seconds in done.timings.items() if name != "realtime_factor")
        audio = (done.source.duration_seconds or 0.0) * effort(self._job.options)
        with contextlib.suppress(StoreUnavailable):
            self._runner.speeds.learn(done.model.name, done.device, audio_seconds=audio, work_seconds=work)

    def _enforce(self) -> None:
        """In the thread that beats: an attempt that hangs past its hard limit is ended for it, with the process."""
        if self._deadline.overdue and self._is_first_to_end():
            _log.error("attempt_hangs")
            with contextlib.suppress(StoreUnavailable):  # the lease lapses then; nobody else ends this process
                self._say(self._ending_of(_TIMED_OUT))
            self._runner.abandon()

    def _expected_seconds(self) -> float | None:
        audio = self._job.source.duration_seconds
        return None if audio is None or self._speed is None else audio * self._speed * effort(self._job.options)


def _known_speed(speeds: SpeedBook, job: Job) -> float | None:
    with contextlib.suppress(StoreUnavailable):
        return speeds.of(job.options.model)
    return None


def _now() -> datetime:
    return datetime.now(UTC)
