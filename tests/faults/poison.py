"""F5: jobs that kill the process that does them, among jobs that do not."""

from contract.errors import FailureCode
from contract.jobs import JobStatus
from tests.faults.under_trial import under_trial
from tests.suites.trial import Outcome, Trial

_POISONS = {
    "killed": FailureCode.worker_lost,
    "crashes": FailureCode.worker_lost,
    "exits": FailureCode.worker_lost,
    "out_of_memory": FailureCode.out_of_memory,  # Python can still say what happened, so the job is told
}
_GOOD_FOR_EACH = 2
"""Ordinary jobs: 24 to 12 poisoned ones in the long run."""


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    with under_trial(outcome, killed=False) as (deployment, visitor):
        workers = [deployment.worker(name, module="tests.faults.faulty_worker") for name in ("one", "two")]
        poisoned: list[tuple[str, FailureCode]] = []
        good = []
        for fault, code in list(_POISONS.items()) * repetitions:
            poisoned.append((visitor.send(metadata={"fault": fault}), code))
            good += [visitor.send() for _ in range(_GOOD_FOR_EACH)]
        for worker in workers:
            deployment.wait_registered(worker)
        for job_id in good:
            outcome.expect(
                visitor.ended(job_id).status is JobStatus.completed, f"{job_id}, a good job, did not complete"
            )
        for job_id, code in poisoned:
            job = visitor.ended(job_id, seconds=300)
            seen = (job.status, job.error.code if job.error else None, job.attempt)
            outcome.expect(seen == (JobStatus.failed, code, 3), f"{job.metadata} ended as {seen}")
        outcome.done = repetitions
        outcome.figures |= {"poisoned": len(poisoned), "good": len(good)}
    return outcome


POISON = Trial(name="F5", title="jobs that kill their process, among others", full=3, reduced=0, run=_run)
