"""F14: the bucket answers some requests with errors, drops or trickles them; the disk of the folder cannot be used."""

import random
import threading
import time
from itertools import cycle, islice, product

from contract.errors import FailureCode
from contract.jobs import Job, JobStatus
from tests.faults.deployment import Deployment
from tests.faults.disk_troubles import DISK_TROUBLES
from tests.faults.invariants import MAX_ATTEMPTS
from tests.faults.sick_bucket import SickBucket
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.service_process import ServiceProcess, wait_for
from tests.suites.trial import Outcome, Trial

_SEED = 14
_LEAST_SHARE, _MOST_SHARE = 0.1, 0.5
_JOBS_A_BOUT, _BOUT_SECONDS = 5, 25.0
_IN_FOLDER = 3
"""One job in so many is done on a folder."""
_BLOBS = 8
"""A job of the tiny model writes more than these."""
_REASONS = {FailureCode.storage_unavailable, FailureCode.storage_full}


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    in_folder = repetitions // _IN_FOLDER
    _bucket(outcome, repetitions - in_folder)
    _folder(outcome, in_folder)
    return outcome


def _bucket(outcome: Outcome, jobs: int) -> None:
    rng = random.Random(_SEED)
    ended: list[Job] = []
    with SickBucket(_SEED) as bucket, Deployment(**bucket.environment()) as deployment:
        deployment.storage = bucket.storage()
        told = {"answered": (503,), "killed": False, "orphans": True}
        with under_trial(outcome, deployment, entered=True, **told) as (_, visitor):
            worker = deployment.ready_worker()
            took = []
            while len(ended) < jobs:
                begun = time.monotonic()
                bucket.sicken(rng.uniform(_LEAST_SHARE, _MOST_SHARE))
                ended += _bout(bucket, visitor, min(_JOBS_A_BOUT, jobs - len(ended)))
                _is_well(worker, visitor, outcome)
                took.append(time.monotonic() - begun)
            outcome.done += len(ended)
            outcome.spread("bout_s", took)
    _judge(outcome, "bucket", ended)
    refused = sum(bucket.caused.values()) - bucket.caused["trickle"]
    outcome.expect(refused >= jobs, f"the bucket was hardly sick: {dict(bucket.caused)}")
    outcome.figures |= {f"bucket {ill}": times for ill, times in sorted(bucket.caused.items())}


def _bout(bucket: SickBucket, visitor: Visitor, jobs: int) -> list[Job]:
    """Jobs sent and done while the bucket is sick; what has not ended by then does so when it is well."""
    healing = threading.Timer(_BOUT_SECONDS, bucket.heal)  # also while something is being sent
    healing.start()
    try:
        sent = [str(wait_for(lambda: _taken(visitor))) for _ in range(jobs)]
        return [visitor.ended(job_id) for job_id in sent]
    finally:
        healing.cancel()
        bucket.heal()


def _taken(visitor: Visitor) -> str | None:
    answer = visitor.post()
    return answer.json()["job_id"] if answer.status_code == 202 else None


def _folder(outcome: Outcome, jobs: int) -> None:
    """Each job meets one trouble, in one attempt or in all of them."""
    rng = random.Random(_SEED)
    ended: list[Job] = []
    with under_trial(outcome, killed=False) as (deployment, visitor):
        worker = deployment.ready_worker(module="tests.faults.faulty_worker")
        for fault, attempts in islice(cycle(product(DISK_TROUBLES, (1, MAX_ATTEMPTS))), jobs):
            blob = 1 if fault == "cannot_read" else rng.randint(1, _BLOBS)
            job = visitor.ended(visitor.send(metadata={"fault": fault, "attempts": attempts, "blob": blob}))
            wanted = JobStatus.failed if attempts == MAX_ATTEMPTS else JobStatus.completed
            outcome.expect(job.status is wanted, f"{job.metadata}: {job.status} in attempt {job.attempt}")
            ended.append(job)
            _is_well(worker, visitor, outcome)
        outcome.done += len(ended)
    _judge(outcome, "folder", ended)


def _is_well(worker: ServiceProcess, visitor: Visitor, outcome: Outcome) -> None:
    """The worker runs, and the next job is done."""
    outcome.expect(worker.is_alive, "the worker ended")
    after = visitor.ended(visitor.send())
    outcome.expect(after.status is JobStatus.completed, f"healed: {after.status} {after.error}")


def _judge(outcome: Outcome, where: str, ended: list[Job]) -> None:
    for job in ended:
        code = job.error.code if job.error else None
        good = job.status is JobStatus.completed or (job.status is JobStatus.failed and code in _REASONS)
        outcome.expect(good, f"{where}: {job.job_id} {job.status} {code} {job.metadata}")
    completed = [job for job in ended if job.status is JobStatus.completed]
    outcome.figures |= {
        f"{where} jobs": len(ended),
        f"{where} completed": len(completed),
        f"{where} attempts": sum(job.attempt for job in ended),
    }


BAD_STORAGE = Trial(name="F14", title="a bucket and a disk that misbehave", full=60, reduced=0, run=_run)
