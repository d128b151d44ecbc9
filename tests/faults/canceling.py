"""F17: jobs are canceled while they wait, while they run, and just as they end."""

import random
import time

from contract.jobs import JobStatus
from tests.faults.killed_processes import MIDDLE
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.suites.trial import Outcome, Trial

_RACES = 5
"""Races for each job canceled while it waits."""


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    with under_trial(outcome, killed=False) as (deployment, visitor):
        deployment.ready_worker()
        _waiting(repetitions, outcome, visitor)
        _running(repetitions, outcome, visitor)
        _racing(repetitions * _RACES, outcome, visitor)
        outcome.done = repetitions
    return outcome


def _waiting(repetitions: int, outcome: Outcome, visitor: Visitor) -> None:
    busy = visitor.running(visitor.send(seconds=60.0, shifts="10")).job_id
    for job_id in [visitor.send() for _ in range(repetitions)]:
        outcome.expect(visitor.cancel(job_id) == 200, f"canceling {job_id} while it waits was refused")
        job = visitor.now(job_id)
        outcome.expect(
            job is not None and job.status is JobStatus.canceled and job.attempt == 0, f"{job_id} waits on: {job!r}"
        )
    visitor.cancel(busy)
    visitor.ended(busy)


def _running(repetitions: int, outcome: Outcome, visitor: Visitor) -> None:
    seconds = []
    for number in range(repetitions):
        job = visitor.running(visitor.send(**MIDDLE), percent=(number * 7) % 80)
        visitor.cancel(job.job_id)
        asked = time.monotonic()
        job = visitor.ended(job.job_id)
        seconds.append(time.monotonic() - asked)
        outcome.expect(job.status is JobStatus.canceled, f"{job.job_id} {job.status} instead of canceled")
    outcome.spread("cancel_s", seconds, p95=5.0)


def _racing(repetitions: int, outcome: Outcome, visitor: Visitor) -> None:
    """Each job is canceled at a moment around its end; whoever comes first, there is one end."""
    rng = random.Random(17)
    usual = min(_whole(visitor) for _ in range(3))
    ends = []
    for _ in range(repetitions):
        job_id = visitor.send()
        time.sleep(usual * rng.uniform(0.0, 0.9))  # the race itself
        visitor.cancel(job_id)
        ends.append(visitor.ended(job_id).status)
    outcome.figures["races won by the end"] = ends.count(JobStatus.completed)
    outcome.figures["races"] = len(ends)
    outcome.expect(set(ends) <= {JobStatus.completed, JobStatus.canceled}, f"races ended as {set(ends)}")


def _whole(visitor: Visitor) -> float:
    """Seconds from the answer to a job's end."""
    job_id = visitor.send()
    begun = time.monotonic()
    visitor.ended(job_id)
    return time.monotonic() - begun


CANCELED = Trial(name="F17", title="cancel: waiting, running, racing with the end", full=20, reduced=2, run=_run)
