"""F1, F2, F4, F20: workers' processes are killed or told to stop, with a job in hand and without."""

import os
import random
import signal
import time

import psutil

from contract.jobs import Job, JobStatus
from tests.faults.deployment import SHORT, Deployment
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.suites.trial import Outcome, Trial
from tests.worker_process import WorkerProcess, wait_for

MIDDLE = {"seconds": 12.0, "shifts": "5"}
"""A job of a few seconds, to be interrupted."""


def child_of(job: Job) -> int:
    """The process that does the job: it is called after its id."""
    assert job.worker is not None
    return int(job.worker.rpartition("-")[2])


def _interrupted(visitor: Visitor, rng: random.Random) -> Job:
    """A job somewhere in the middle."""
    return visitor.running(visitor.send(**MIDDLE), percent=rng.randint(10, 80))


def _kill_children(repetitions: int) -> Outcome:
    outcome, rng, recoveries = Outcome(), random.Random(1), []
    with under_trial(outcome, killed=False) as (deployment, visitor):
        worker = deployment.ready_worker()
        for _ in range(repetitions):
            job = _interrupted(visitor, rng)
            os.kill(child_of(job), signal.SIGKILL)
            killed = time.monotonic()
            job = visitor.ended(job.job_id)
            recoveries.append(time.monotonic() - killed)
            outcome.expect(job.status is JobStatus.completed, f"{job.job_id} {job.status}: {job.error}")
            outcome.done += 1
        outcome.expect(worker.is_alive, "the worker's main process ended")
        outcome.spread("recovery_s", recoveries, p95=20.0)
    return outcome


def _kill_workers(repetitions: int) -> Outcome:
    """Leases are 6 s here, not 30 s: the mark is the plan's 45 s less what that saves."""
    outcome, rng, recoveries = Outcome(), random.Random(2), []
    with under_trial(outcome) as (deployment, visitor):
        workers = _Pair(deployment)
        for _ in range(repetitions):
            job = _interrupted(visitor, rng)
            workers.of(job).kill()
            killed = time.monotonic()
            job = visitor.ended(job.job_id)
            recoveries.append(time.monotonic() - killed)
            outcome.expect(
                (job.status, job.attempt) == (JobStatus.completed, 2), f"{job.job_id} {job.status}, {job.attempt}"
            )
            workers.replace()
            outcome.done += 1
        outcome.spread("recovery_s", recoveries, p95=45.0 - (30.0 - SHORT.lease_seconds))
        outcome.figures["lease_s"] = SHORT.lease_seconds
    return outcome


def _lose_messages(repetitions: int) -> Outcome:
    """A worker is stopped while it waits for a message, gets one, and is killed: Redis has it no longer.

    Messages count as lost after 4 s here, not 20 s: the mark is the plan's 40 s less what that saves.
    """
    outcome, waits = Outcome(), []
    with under_trial(outcome) as (deployment, visitor):
        worker = deployment.ready_worker()
        for number in range(repetitions):
            job_id = _lost(deployment, visitor, worker)
            sent = visitor.accepted[job_id]
            worker.kill()
            worker = deployment.worker(f"after{number}")
            job = visitor.ended(job_id)
            waits.append(time.monotonic() - sent)
            outcome.expect(job.status is JobStatus.completed, f"{job_id} {job.status}: {job.error}")
            deployment.wait_registered(worker)
            outcome.done += 1
        outcome.spread("wait_s", waits, p95=40.0 - (20.0 - SHORT.republish_seconds))
        outcome.figures["republish_s"] = SHORT.republish_seconds
    return outcome


def _lost(deployment: Deployment, visitor: Visitor, worker: WorkerProcess) -> str:
    """A job whose message the stopped worker has asked for and will never read.

    The worker asks anew each second, so one that was stopped between two questions has to be stopped again.
    """
    while True:
        wait_for(lambda: any(client["cmd"] == "brpop" for client in deployment.redis.client_list()))
        os.kill(worker.pid, signal.SIGSTOP)
        job_id = visitor.send()
        if not deployment.redis.llen(deployment.queue.name):
            return job_id
        os.kill(worker.pid, signal.SIGCONT)
        visitor.ended(job_id)


def _stop_workers(repetitions: int) -> Outcome:
    outcome, rng, recoveries = Outcome(), random.Random(20), []
    with under_trial(outcome, killed=False) as (deployment, visitor):
        workers = _Pair(deployment)
        for _ in range(repetitions):
            job = _interrupted(visitor, rng)
            told = time.monotonic()
            outcome.expect(workers.of(job).terminate() == 0, "a worker told to stop did not end with status 0")
            job = visitor.ended(job.job_id)
            recoveries.append(time.monotonic() - told)
            seen = (job.status, job.attempt, job.fence)
            outcome.expect(
                seen in {(JobStatus.completed, 1, 2), (JobStatus.completed, 1, 1)},
                f"{job.job_id} ended as {seen}, its attempt was not refunded",
            )
            workers.replace()
            outcome.done += 1
        outcome.spread("recovery_s", recoveries)
    return outcome


class _Pair:
    """Two workers, one of which is hurt and replaced."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._workers = [deployment.worker("one"), deployment.worker("two")]
        self._started = len(self._workers)
        for worker in self._workers:
            deployment.wait_registered(worker)

    def of(self, job: Job) -> WorkerProcess:
        """The worker that does the job."""
        parent = psutil.Process(child_of(job)).ppid()
        return next(worker for worker in self._workers if worker.pid == parent)

    def replace(self) -> None:
        """Another worker for the one that is gone."""
        self._workers = [worker for worker in self._workers if worker.is_alive]
        self._started += 1
        self._workers.append(self._deployment.ready_worker(f"worker{self._started}"))


KILLED_CHILD = Trial(name="F1", title="kill -9 of the process that separates", full=20, reduced=1, run=_kill_children)
KILLED_WORKER = Trial(name="F2", title="kill -9 of a whole worker", full=20, reduced=1, run=_kill_workers)
LOST_MESSAGE = Trial(name="F4", title="a message lost on its way", full=20, reduced=1, run=_lose_messages)
STOPPED_WORKER = Trial(name="F20", title="a worker told to stop", full=10, reduced=0, run=_stop_workers)
