"""F21, F22: the device has too little memory at one step, and breaks altogether. Injected; no GPU is needed."""

import time

from contract.jobs import Job, JobStatus
from tests.faults.under_trial import under_trial
from tests.suites.trial import Outcome, Trial

_STEPS = 10


def _run_out(repetitions: int) -> Outcome:
    """At each of the first steps; the attempt is given back, a new process does it, and the stems are the same."""
    outcome = Outcome()
    with under_trial(outcome, killed=False) as (deployment, visitor):
        worker = deployment.ready_worker(module="tests.faults.faulty_worker")
        wanted = _digests(visitor.ended(visitor.send(6.0, shifts="3")))
        for number in range(repetitions):
            trouble = {"fault": "runs_out_at_step", "step": 1 + number % _STEPS}
            job = visitor.ended(visitor.send(6.0, shifts="3", metadata=trouble))
            outcome.expect(job.status is JobStatus.completed, f"{trouble}: {job.status} {job.error}")
            outcome.expect(_digests(job) == wanted, f"{trouble}: other stems than without")
            reasons = [attempt.reason.partition(":")[0] for attempt in job.attempts]
            outcome.expect(reasons == ["out_of_memory"], f"{trouble}: attempts ended by {reasons}")
            outcome.done += 1
        outcome.expect(
            worker.log.count('"process_ends"') == repetitions, "a process went on after it ran out of memory"
        )
    return outcome


def _break(repetitions: int) -> Outcome:
    outcome, recoveries = Outcome(), []
    with under_trial(outcome, killed=False) as (deployment, visitor):
        worker = deployment.ready_worker(module="tests.faults.faulty_worker")
        for _ in range(repetitions):
            sent = time.monotonic()
            job = visitor.ended(visitor.send(metadata={"fault": "loses_device_once"}))
            recoveries.append(time.monotonic() - sent)
            seen = (job.status, job.attempt)
            outcome.expect(seen == (JobStatus.completed, 2), f"with a broken device: {seen} {job.error}")
            outcome.done += 1
        outcome.expect(worker.log.count('"process_ends"') == repetitions, "a process went on with a broken device")
        outcome.spread("recovery_s", recoveries)
    return outcome


def _digests(job: Job) -> dict[str, str]:
    return {stem.name: stem.sha256 for stem in job.stems}


SHORT_OF_MEMORY = Trial(name="F21", title="out of the device's memory at step k", full=20, reduced=0, run=_run_out)
BROKEN_DEVICE = Trial(name="F22", title="a device that breaks", full=5, reduced=0, run=_break)
