"""What must hold when a trial is over, whatever was done to the service: one checker for all of them."""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterator

from contract import keys
from contract.errors import JobNotFound
from contract.jobs import Job, JobStatus
from contract.recordings import Stem
from contract.storage import BlobNotFound
from tests.faults.change_log import Stored, read_changes
from tests.faults.deployment import Deployment
from tests.faults.visitor import Visitor

SETTLING_SECONDS = 30.0
MAX_ATTEMPTS = 3
_UNACKED = "unacked"


def broken(
    deployment: Deployment,
    visitor: Visitor,
    *,
    answered: Collection[int] = (),
    killed: bool = True,
    messages: bool = True,
    orphans: bool = False,
) -> list[str]:
    """A sentence for each thing that does not hold; stops the deployment on the way.

    `answered`: statuses from 500 on that the fault explains. `killed`: workers' main processes were killed, so that
    messages they held may lie with the broker until it gives them out again. `messages`: somebody takes them.
    `orphans`: storage was out of reach when files of given up attempts should go, so that these wait for the janitor.
    """
    left = [*_unsettled(deployment, visitor, killed=killed, messages=messages)]
    jobs = {job_id: _job(deployment, job_id) for job_id in visitor.accepted}
    said = [sentence for job_id, job in jobs.items() for sentence in _of_job(deployment, visitor, job_id, job, orphans)]
    said += _of_changes(deployment, jobs)
    return [*left, *said, *deployment.stop(), *_of_api(deployment, answered)]


def _unsettled(deployment: Deployment, visitor: Visitor, *, killed: bool, messages: bool) -> Iterator[str]:
    """What should be empty by now, or soon."""
    redis, store = deployment.redis, deployment.store
    empty: dict[str, Callable[[], object]] = {
        "jobs wait": store.depth,
        "leases are held": lambda: redis.zcard(keys.LEASES),
        "messages wait": lambda: messages and redis.llen(deployment.queue.name),
        "messages of unended jobs are unacknowledged": lambda: _unacked(deployment, visitor, killed=killed),
        "scratch folders are left": lambda: deployment.scratch.is_dir() and list(deployment.scratch.iterdir()),
    }
    deadline = time.monotonic() + SETTLING_SECONDS
    while (
        left := [(what, found) for what, look in empty.items() if (found := look())]
    ) and time.monotonic() < deadline:
        time.sleep(0.1)  # between two looks
    for what, found in left:
        yield f"{what}: {found!r}"


def _unacked(deployment: Deployment, visitor: Visitor, *, killed: bool) -> list[str]:
    held = [text.decode() for text in deployment.redis.hvals(_UNACKED)]
    if not killed:
        return held
    unended = [job_id for job_id in visitor.accepted if (job := visitor.now(job_id)) and not job.is_terminal]
    return [text for text in held if any(job_id in text for job_id in unended)]


def _job(deployment: Deployment, job_id: str) -> Job | None:
    try:
        return deployment.store.get(job_id)
    except JobNotFound:
        return None


def _of_job(deployment: Deployment, visitor: Visitor, job_id: str, job: Job | None, orphans: bool) -> Iterator[str]:
    if job is None:
        if job_id not in visitor.deleted:
            yield f"{job_id} was accepted and is gone"
        return
    if not job.is_terminal:
        yield f"{job_id} has not ended: {job.status} at {job.progress} % in attempt {job.attempt}"
        return
    if job.attempt > MAX_ATTEMPTS:
        yield f"{job_id} had {job.attempt} attempts"
    files = {blob.key for blob in deployment.storage.list(f"results/{job_id}")}
    if orphans:
        files = _of_last_attempt(job, files)
    if job.status is not JobStatus.completed:
        if job.stems or job.manifest_blob or files:
            yield f"{job_id} {job.status}, and shows {sorted(files) or job.stems}"
        return
    yield from _of_files(deployment, job, files)


def _of_last_attempt(job: Job, files: set[str]) -> set[str]:
    """Of a completed job those beside its manifest; a failed one names none, so that all of its files are orphans."""
    folder = (job.manifest_blob or "").rpartition("/")[0]
    return {key for key in files if folder and key.startswith(f"{folder}/")}


def _of_files(deployment: Deployment, job: Job, files: set[str]) -> Iterator[str]:
    """A completed job has its manifest, all its stems as they were described, and nothing else."""
    try:
        manifest = json.loads(b"".join(deployment.storage.read(job.manifest_blob or "none")))
    except (BlobNotFound, ValueError) as wrong:
        yield f"{job.job_id} completed without a manifest: {wrong!r}"
        return
    told = {stem["name"]: stem["sha256"] for stem in manifest["stems"]}
    if told != {stem.name: stem.sha256 for stem in job.stems}:
        yield f"{job.job_id}: the manifest tells of other stems than the record"
    for stem in job.stems:
        if (found := _digest(deployment, stem)) != stem.sha256:
            yield f"{job.job_id}: {stem.name} has SHA-256 {found}, not {stem.sha256}"
    named = {job.manifest_blob, *(stem.blob for stem in job.stems), *(stem.peaks_blob for stem in job.stems)}
    if files - named:
        yield f"{job.job_id}: files nobody names: {sorted(files - named)}"


def _digest(deployment: Deployment, stem: Stem) -> str:
    try:
        return hashlib.sha256(b"".join(deployment.storage.read(stem.blob))).hexdigest()
    except BlobNotFound:
        return "(no file)"


def _of_changes(deployment: Deployment, jobs: dict[str, Job | None]) -> Iterator[str]:
    """Versions grow by one, one ending comes, and it comes last: in the server's own file and on the channel."""
    stored = read_changes(deployment.server.folder)
    for job_id in jobs:
        yield from _in_order(job_id, stored.get(job_id, []))
        heard = deployment.recorder.of(job_id)
        told = [Stored(each.version, each.status) for each in heard]
        if deployment.recorder.is_whole:
            if told != stored.get(job_id, []):
                yield f"{job_id}: what was announced is not what was stored"
        elif [each.version for each in told] != sorted({each.version for each in told}):
            yield f"{job_id}: versions were announced out of order"


def _in_order(job_id: str, changes: list[Stored]) -> Iterator[str]:
    versions = [each.version for each in changes]
    if versions != list(range(1, len(versions) + 1)):
        yield f"{job_id}: the versions stored are {versions}"
    endings = [index for index, each in enumerate(changes) if each.is_terminal]
    if len(endings) != 1 or endings[0] != len(changes) - 1:
        yield f"{job_id}: {len(endings)} endings, of {len(changes)} changes"


def _of_api(deployment: Deployment, answered: Collection[int]) -> Iterator[str]:
    """No answer from 500 on, but those the fault explains, and no exception that nobody foresaw."""
    for name, text in deployment.logs("api*"):
        for line in text.splitlines():
            if '"request_failed"' in line:
                yield f"{name}: {line[:600]}"
            if '"request_served"' in line:
                served = json.loads(line)
                if served["status"] >= 500 and served["status"] not in answered:
                    yield f"{name}: {served['method']} {served['path']} was answered {served['status']}"
