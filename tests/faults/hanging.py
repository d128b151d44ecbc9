"""F16: jobs that do not come to an end: asking whether to stop, deaf in C, and frozen with Python's lock held."""

import time

from contract.errors import FailureCode
from contract.jobs import JobStatus
from contract.settings import QueueSettings
from tests.faults.deployment import Deployment
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.suites.trial import Outcome, Trial

_LIMIT_SECONDS, _HARD_AFTER_SECONDS = 3.0, 2.0
_ONE_ATTEMPT = QueueSettings(lease_seconds=6, beat_seconds=1, sweep_seconds=1, republish_seconds=4, max_attempts=1)


def _run(repetitions: int) -> Outcome:
    """One attempt a job and a limit of 3 s, so that limits pass often; both are settings."""
    outcome = Outcome()
    deployment = Deployment(
        queue=_ONE_ATTEMPT,
        STEMIFY_TIME_LIMITS__LEAST_SECONDS=str(_LIMIT_SECONDS),
        STEMIFY_TIME_LIMITS__UNMEASURED="0.001",
        STEMIFY_IDLE_SECONDS="10",
        STEMIFY_TIME_LIMITS__HARD_AFTER_SECONDS=str(_HARD_AFTER_SECONDS),
    )
    ends: dict[str, list[float]] = {"hangs_politely": [], "hangs_in_c": []}
    nexts = []
    with under_trial(outcome, deployment, killed=False) as (deployment, visitor):
        deployment.ready_worker(module="tests.faults.faulty_worker")
        for fault, seconds in list(ends.items()) * repetitions:
            job_id = visitor.running(visitor.send(metadata={"fault": fault})).job_id
            begun = time.monotonic()
            job = visitor.ended(job_id)
            seconds.append(time.monotonic() - begun)
            seen = (job.status, job.error.code if job.error else None)
            outcome.expect(seen == (JobStatus.failed, FailureCode.timed_out), f"{fault} ended as {seen}")
            begun = time.monotonic()
            outcome.expect(visitor.ended(visitor.send()).status is JobStatus.completed, "the next job did not complete")
            nexts.append(time.monotonic() - begun)
        _frozen(deployment, visitor, outcome)
        outcome.done = repetitions
        for fault, seconds in ends.items():
            outcome.spread(f"{fault}_s", seconds, p95=_LIMIT_SECONDS + _HARD_AFTER_SECONDS + 10.0)
        outcome.spread("next_s", nexts, p95=20.0)
    return outcome


def _frozen(deployment: Deployment, visitor: Visitor, outcome: Outcome) -> None:
    """Python's lock is held, so no thread can end the attempt: its lease lapses, and its worker ends the process."""
    worker = deployment.processes[-1]
    job = visitor.running(visitor.send(metadata={"fault": "freezes"}))
    begun = time.monotonic()
    job = visitor.ended(job.job_id)
    seen = (job.status, job.error.code if job.error else None)
    outcome.expect(seen == (JobStatus.failed, FailureCode.worker_lost), f"frozen: {seen}")
    after = visitor.ended(visitor.send(), seconds=180)
    outcome.expect(after.status is JobStatus.completed, "the next job did not complete")
    outcome.expect("process_frozen" in worker.log, "nobody noticed the frozen process")
    outcome.figures["frozen, then the next job done, s"] = round(time.monotonic() - begun, 1)


HANGING = Trial(name="F16", title="jobs that hang, listening or deaf", full=5, reduced=0, run=_run)
