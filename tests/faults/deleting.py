"""F25: jobs are deleted while somebody downloads their stems, and while a worker still makes them."""

import hashlib
import random
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from contract.jobs import Job
from tests.faults.deployment import Deployment
from tests.faults.killed_processes import MIDDLE
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

_SONG_SECONDS = 8.0
_PIECE_BYTES = 1 << 14
_LATE = 10
"""One deletion of a running job for so many of a finished one."""


def _run(repetitions: int) -> Outcome:
    outcome, rng = Outcome(), random.Random(25)
    answers: list[str] = []
    with under_trial(outcome, killed=False) as (deployment, visitor):
        deployment.ready_worker()
        with ThreadPoolExecutor(2) as pool:
            for number in range(repetitions):
                job = visitor.ended(visitor.send(_SONG_SECONDS))
                slow = rng.uniform(0, 0.004)
                downloads = [
                    pool.submit(_download, deployment.url, job, path, slow)
                    for path in (f"stems/{job.stems[0].name}", "archive")
                ]
                time.sleep(rng.uniform(0, 0.15))  # the race itself
                outcome.expect(visitor.delete(job.job_id) == 204, f"deleting {job.job_id} was refused")
                answers += [download.result() for download in downloads]
                if number % _LATE == 0:
                    _delete_running(deployment, visitor, outcome)
                outcome.done += 1
        wrong = [answer for answer in answers if answer not in {"whole", "404", "410"}]
        outcome.failed += wrong
        outcome.figures |= {"downloads": len(answers), "whole": answers.count("whole")}
        _nothing_left(deployment, visitor, outcome)
    return outcome


def _download(url: str, job: Job, path: str, slow: float) -> str:
    """`whole`, the refusing status, or what was wrong with it."""
    size, digest = 0, hashlib.sha256()
    try:
        with httpx.stream("GET", f"{url}/api/v1/jobs/{job.job_id}/{path}", timeout=30) as answer:
            if answer.status_code != 200:
                return str(answer.status_code)
            for piece in answer.iter_raw(_PIECE_BYTES):
                size += len(piece)
                digest.update(piece)
                time.sleep(slow)  # a slow reader
            whole = int(answer.headers["content-length"])
    except httpx.HTTPError as broken:
        return f"{job.job_id}: {path} broke off after {size} bytes: {broken!r}"
    if size != whole:
        return f"{job.job_id}: {path} ended after {size} of {whole} bytes"
    wanted = job.stems[0].sha256
    if path != "archive" and digest.hexdigest() != wanted:
        return f"{job.job_id}: {path} is not what was made"
    return "whole"


def _delete_running(deployment: Deployment, visitor: Visitor, outcome: Outcome) -> None:
    job = visitor.running(visitor.send(**MIDDLE), percent=30)
    outcome.expect(visitor.delete(job.job_id) == 204, f"deleting {job.job_id}, which runs, was refused")
    outcome.expect(visitor.now(job.job_id) is None, f"{job.job_id} is deleted and shown")
    deployment.wait_idle()


def _nothing_left(deployment: Deployment, visitor: Visitor, outcome: Outcome) -> None:
    def left() -> list[str]:
        return [blob.key for blob in deployment.storage.list() if any(name in blob.key for name in visitor.deleted)]

    try:
        wait_for(lambda: not left(), seconds=30)
    except AssertionError:
        outcome.failed.append(f"deleted jobs left files: {left()[:5]}")


DELETED = Trial(name="F25", title="jobs deleted under downloads and commits", full=100, reduced=0, run=_run)
