"""One job's life in a worker: claim it, do it, and end it in exactly one way. Knows no audio and no Celery."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from structlog.contextvars import bound_contextvars

from contract.errors import JobNotFound, StoreUnavailable
from contract.events import JobCompleted, JobReleased
from contract.job_store import JobStore
from contract.jobs import Job
from contract.line.speeds import SpeedBook
from contract.settings import QueueSettings
from contract.task_queue import TaskQueue
from contract.tracing import Tracing
from worker.claiming import claim
from worker.endings import Ending, tell
from worker.engine import Canceled
from worker.failures import failure_of
from worker.lease import Lease
from worker.metrics import Metrics
from worker.pace import Pace
from worker.patience import Patience
from worker.pipeline import Pipeline
from worker.progress import Progress
from worker.result_shelf import ResultShelf
from worker.stops import Departure, Stop, Stopped
from worker.time_limits import TimeLimits
from worker.verdicts import after_failure, after_stop
from worker.watching import Watching

_log = structlog.get_logger(__name__)


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
        """Do the job whose turn it is; the bell rung for `job_id` permits one. Raises ProcessSpent, to end after it."""
        with self.departure.listening():
            job = claim(self.store, self.worker_id, rung_for=job_id)
            if job is None:
                _log.info("nothing_to_take", rung_for=job_id)
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
        self._pace = Pace(runner.speeds, job)
        self._deadline = runner.limits.deadline(job, speed=self._pace.speed)
        self._lease = Lease(runner.store, job, beat_seconds=runner.leases.beat_seconds, on_beat=self._enforce)
        self._watching = Watching(
            self._lease,
            Progress(expected_seconds=self._pace.expected_seconds),
            leaving=lambda: runner.departure.is_due,
            timed_out=lambda: self._deadline.passed,
        )
        self._patience = Patience(runner.limits.settings.hard_after_seconds, lambda: self._watching.stop)
        self._most = runner.leases.max_attempts
        self._ends_process = False
        self._error: Exception | None = None
        self._ended = threading.Lock()
        self._forced = threading.Event()

    def run(self) -> None:
        """Work, then say how it ended; the lease is held until that is said. Raises ProcessSpent."""
        _log.info("job_claimed", fence=self._job.fence)
        try:
            with self._lease:
                self._end(self._work())
        except StoreUnavailable:
            _log.error("ending_not_told", advice="The job is taken back when its lease lapses.")
        if self._ends_process:
            raise ProcessSpent

    def _work(self) -> Ending | None:
        """The attempt's ending; None when the job is another's by now."""
        try:
            return self._runner.pipeline.run(self._job, self._watching)
        except (Stopped, Canceled):
            return after_stop(self._watching.stop, self._job, max_attempts=self._most)
        except SystemExit:  # how Celery ends a child in the middle of a task
            self._end(JobReleased(at=datetime.now(UTC)))
            raise
        except Exception as error:  # noqa: BLE001 - the outermost place of this tier: whatever happened, the job ends
            failure = failure_of(error)
            self._error, self._ends_process = error, failure.ends_process
            lost = self._watching.stop is Stop.lease_lost
            return None if lost else after_failure(failure, self._job, max_attempts=self._most)

    def _end(self, ending: Ending | None) -> None:
        """Say it, unless the thread that beats says already that the attempt hangs: the process then ends with it."""
        if self._is_first_to_end():
            self._say(ending)
        else:
            self._forced.wait()  # returning would let another job begin here

    def _is_first_to_end(self) -> bool:
        """True once, to one of the two threads: a second ending would take away what the first committed."""
        return self._ended.acquire(blocking=False)

    def _say(self, ending: Ending | None) -> None:
        """Tell the store, and leave nothing behind that nobody refers to."""
        runner, job = self._runner, self._job
        told = None if ending is None else tell(runner.store, job, ending)
        shelf = ResultShelf(runner.pipeline.storage, job)
        if told is None or not isinstance(ending, JobCompleted):
            shelf.clear()
        if ending is None or told is None:
            self._came_too_late()
            return
        if self._error is not None:
            _log.warning("attempt_failed", code=failure_of(self._error).code, exc_info=self._error)
        _log.info("attempt_ended", ending=ending.type, status=told.status, progress=told.progress)
        runner.metrics.ended(told.status if told.is_terminal else ending.type, told.error.code if told.error else "")
        if told.is_terminal:
            shelf.clear_earlier()
        if isinstance(ending, JobCompleted):
            runner.metrics.completed(model=ending.model.name, device=ending.device, timings=ending.timings)
            self._pace.learn(ending)
        if isinstance(ending, JobReleased):
            with contextlib.suppress(StoreUnavailable):
                runner.queue.enqueue(job.job_id, job.trace)

    def _came_too_late(self) -> None:
        """The job went on without this attempt. Somebody deleting it is no trouble; a lapsed lease may be one."""
        try:
            now = self._runner.store.get(self._job.job_id)
        except (JobNotFound, StoreUnavailable) as error:
            _log.info("job_gone", because=error.code)
            self._runner.metrics.ended("gone")
        else:
            _log.warning("lease_lost", status=now.status, held_by=now.worker, exc_info=self._error)
            self._runner.metrics.ended("lease_lost")

    def _enforce(self) -> None:
        """In the thread that beats: an attempt that hangs though it should stop is ended for it, with the process."""
        why = self._patience.exhausted()
        if why is not None and self._is_first_to_end():
            _log.error("attempt_hangs", should_stop=why)
            try:
                self._say(after_stop(why, self._job, max_attempts=self._most))
            except StoreUnavailable:
                _log.warning("ending_not_told", advice="The lease lapses by itself.")
            finally:
                self._runner.abandon()
                self._forced.set()
