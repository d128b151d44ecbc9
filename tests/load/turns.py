"""L1: ten callers send all their jobs at once to one worker; turns are fair, and what is promised comes true."""

import asyncio
import json
import statistics
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

from contract.jobs import TERMINAL, Job, JobStatus
from contract.settings import QueueSettings
from tests.load.http_client import Caller, Reply, submission
from tests.load.replicas import replicas
from tests.noise import noise
from tests.suites.trial import Outcome, Trial

_CALLERS = 10
_AUDIO_SECONDS = 4.0
_MEASURED_JOBS = 10
"""After so many have ended, estimates are asked for."""
_WORTH_ESTIMATING_SECONDS = 5.0
_LONGEST_SECONDS = 900.0
_LOOKS_PER_SECOND = 20
"""Always as many, however many jobs are left: who looks less and less makes the machine faster than it promised."""


@dataclass
class _Seen:
    """What was asked and answered while the line went on."""

    replies: list[Reply] = field(default_factory=list)
    promised: dict[str, float] = field(default_factory=dict)
    """When each waiting job was said to be done, by the clock on the wall."""
    asked_at: float = 0.0


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    with replicas(queue=QueueSettings(republish_seconds=60)) as serving:
        job_ids: list[str] = []
        seen = _Seen()

        async def load() -> None:
            caller = Caller(serving.port)
            job_ids.extend(await _send(caller, repetitions))
            await asyncio.to_thread(serving.deployment.ready_worker)
            await _follow(caller, job_ids, seen)
            await caller.close()

        serving.run(load())
        jobs = [serving.deployment.store.get(job_id) for job_id in job_ids]
        serving.judge(outcome, most_megabytes=None)
    _judge_jobs(outcome, jobs)
    _judge_estimates(outcome, seen, jobs)
    _tell_pace(outcome, jobs)
    outcome.expect({reply.status for reply in seen.replies} == {200}, "a look at a job was not answered 200")
    outcome.upper("GET s", [reply.seconds for reply in seen.replies], p99=0.25)
    outcome.done = len(jobs)
    return outcome


async def _send(caller: Caller, count: int) -> list[str]:
    """One caller after the other sends all theirs, so that first come, first served would be unfair."""
    song = noise(_AUDIO_SECONDS)
    found = []
    for number in range(count):
        address = f"203.0.113.{number * _CALLERS // count}"
        reply = await caller.send(submission(song, address=address, model="tiny"))
        assert reply.status == 202, reply.body
        found.append(reply.headers["location"].rpartition("/")[2])
    return found


async def _follow(caller: Caller, job_ids: list[str], seen: _Seen) -> None:
    """Look at one job after the other, round and round, until all have ended; ask for estimates once."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    left = deque(job_ids)
    while left:
        assert time.monotonic() < deadline, f"{len(left)} of {len(job_ids)} jobs had not ended"
        body = await _look(caller, left[0], seen)
        left.rotate(-1)
        if body["status"] in {str(status) for status in TERMINAL}:
            left.pop()
        if not seen.promised and len(job_ids) - len(left) >= _MEASURED_JOBS:
            await _ask(caller, list(left), seen)
        await asyncio.sleep(1 / _LOOKS_PER_SECOND)


async def _look(caller: Caller, job_id: str, seen: _Seen) -> dict[str, object]:
    reply = await caller.get(f"/api/v1/jobs/{job_id}")
    seen.replies.append(reply)
    return _json(reply)


async def _ask(caller: Caller, job_ids: list[str], seen: _Seen) -> None:
    seen.asked_at = time.time()
    for job_id in job_ids:
        body = await _look(caller, job_id, seen)
        if body["status"] == "queued" and isinstance(body["eta_seconds"], float | int):
            seen.promised[job_id] = time.time() + body["eta_seconds"]


def _json(reply: Reply) -> dict[str, object]:
    found = json.loads(reply.body)
    assert isinstance(found, dict)
    return found


def _judge_jobs(outcome: Outcome, jobs: list[Job]) -> None:
    failed = [job for job in jobs if job.status is not JobStatus.completed]
    outcome.expect(not failed, f"{len(failed)} jobs did not complete, the first {failed[:1]!r}")
    started = sorted(jobs, key=lambda job: job.started_at or job.created_at)
    own: dict[str, list[Job]] = defaultdict(list)
    for job in started:
        own[job.share].append(job)
    for share, theirs in own.items():
        ages = [job.created_at for job in theirs]
        outcome.expect(ages == sorted(ages), f"the jobs of {share} were not taken in the order they came")
    half = Counter(job.share for job in started[: len(started) // 2])
    outcome.mark("Jain", _jain([half[share] for share in own]), least=0.9)


def _jain(counts: list[int]) -> float:
    """Jain's index of fairness: 1 when all have the same."""
    squares = sum(count * count for count in counts)
    return sum(counts) ** 2 / (len(counts) * squares) if squares else 0.0


def _judge_estimates(outcome: Outcome, seen: _Seen, jobs: list[Job]) -> None:
    ended = {job.job_id: job.completed_at.timestamp() for job in jobs if job.completed_at}
    errors = [
        abs(promised - ended[job_id]) / (ended[job_id] - seen.asked_at)
        for job_id, promised in seen.promised.items()
        if ended[job_id] - seen.asked_at >= _WORTH_ESTIMATING_SECONDS
    ]
    if errors:
        outcome.figures["estimated"] = len(errors)
        outcome.upper("ETA error", errors, p95=0.3)


def _tell_pace(outcome: Outcome, jobs: list[Job]) -> None:
    """How much the machine's own speed changed after the estimates were asked for: no estimate can know that."""
    ended = sorted((job.completed_at, job.claimed_at) for job in jobs if job.completed_at and job.claimed_at)
    held = [(completed - claimed).total_seconds() for completed, claimed in ended]
    if len(held) > _MEASURED_JOBS:
        before, after = held[:_MEASURED_JOBS], held[_MEASURED_JOBS:]
        outcome.figures |= {"s a job": round(statistics.mean(before), 2), "later": round(statistics.mean(after), 2)}


TURNS = Trial(name="L1", title="jobs of ten callers at once, one worker", full=100, reduced=6, run=_run)
