"""F3: a worker is stopped in the middle of a job, loses it, and wakes up as if nothing had been."""

import os
import random
import signal
import time

import psutil

from contract.jobs import Job, JobStatus
from tests.faults.deployment import SHORT
from tests.faults.killed_processes import MIDDLE, child_of
from tests.faults.under_trial import under_trial
from tests.suites.trial import Outcome, Trial
from tests.worker_process import WorkerProcess, wait_for


def _run(repetitions: int) -> Outcome:
    """Leases are 6 s here, not 30 s, and the worker sleeps until another has done its job."""
    outcome, rng, recoveries = Outcome(), random.Random(3), []
    with under_trial(outcome, killed=False) as (deployment, visitor):
        workers = [deployment.worker(name) for name in ("one", "two")]
        for worker in workers:
            deployment.wait_registered(worker)
        for _ in range(repetitions):
            job = visitor.running(visitor.send(**MIDDLE), percent=rng.randint(10, 80))
            frozen = _worker_of(job, workers)
            rejected = frozen.log.count('"lease_lost"')
            os.killpg(frozen.pid, signal.SIGSTOP)
            stopped = time.monotonic()
            try:
                job = visitor.ended(job.job_id)
            finally:
                os.killpg(frozen.pid, signal.SIGCONT)
            recoveries.append(time.monotonic() - stopped)
            seen = (job.status, job.attempt, job.fence)
            outcome.expect(seen == (JobStatus.completed, 2, 2), f"{job.job_id} ended as {seen}")
            wait_for(lambda worker=frozen, before=rejected: worker.log.count('"lease_lost"') > before)
            outcome.done += 1
        outcome.spread("recovery_s", recoveries)
        outcome.figures |= {"lease_s": SHORT.lease_seconds, "late attempts turned away": outcome.done}
    return outcome


def _worker_of(job: Job, workers: list[WorkerProcess]) -> WorkerProcess:
    parent = psutil.Process(child_of(job)).ppid()
    return next(worker for worker in workers if worker.pid == parent)


FROZEN = Trial(name="F3", title="a worker frozen until its job is another's", full=10, reduced=0, run=_run)
