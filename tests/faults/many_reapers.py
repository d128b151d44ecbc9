"""F24: three processes sweep at once, their clocks an hour apart, over a line whose messages all get lost."""

import base64
import itertools
import json
import time
from collections import defaultdict

from contract import keys
from contract.job_ids import new_job_id
from contract.jobs import Job
from tests.builders import a_job, a_source
from tests.faults.deployment import SHORT, Deployment
from tests.faults.invariants import broken
from tests.faults.visitor import Visitor
from tests.service_process import ServiceProcess
from tests.suites.trial import Outcome, Trial

_WAITING, _RUNNING = 180, 20
_SECONDS = 60.0
_CLOCKS_HOURS = ("-1", "0", "1")


def _run(repetitions: int) -> Outcome:
    """A minute with messages that count as lost after 4 s: as many turns as the plan's five minutes of 20 s."""
    outcome = Outcome()
    for _ in range(repetitions):
        with Deployment() as deployment:
            visitor = Visitor(deployment)
            waiting = [_accept(deployment, visitor) for _ in range(_WAITING)]
            running = _claim(deployment, visitor)
            for hours in _CLOCKS_HOURS:
                _sweep(deployment, hours)
            sent = _lose_everything(deployment, running)
            _judge(outcome, deployment, sent, waiting, running)
            for job_id in visitor.accepted:
                deployment.store.cancel(job_id)
            for job in running:
                deployment.redis.zadd(keys.LEASES, {job.job_id: 1})
            outcome.failed += broken(deployment, visitor, messages=False)
        outcome.done += 1
    return outcome


def _accept(deployment: Deployment, visitor: Visitor) -> str:
    job = deployment.store.accept(a_job(job_id=new_job_id(), source=a_source(duration_seconds=1.0)))
    visitor.accepted[job.job_id] = time.monotonic()
    return job.job_id


def _claim(deployment: Deployment, visitor: Visitor) -> list[Job]:
    found = []
    for number in range(_RUNNING):
        rung_for = _accept(deployment, visitor)
        job = deployment.store.claim_next(f"worker-{number}", rung_for=rung_for)
        assert job is not None
        found.append(job)
    return found


def _sweep(deployment: Deployment, hours: str) -> None:
    name = f"reaper{hours}"
    process = ServiceProcess(
        name, deployment.folder, deployment.environment(), module="tests.faults.reaper", arguments=[hours]
    )
    process.start()
    deployment.processes.append(process)


def _lose_everything(deployment: Deployment, running: list[Job]) -> dict[str, list[float]]:
    """Forget each message that comes; when each job's did. Meanwhile the leases of the running jobs are renewed."""
    sent: defaultdict[str, list[float]] = defaultdict(list)
    begun = beaten = time.monotonic()
    while (now := time.monotonic()) < begun + _SECONDS:
        if now - beaten >= SHORT.beat_seconds:
            beaten = now
            for job in running:
                deployment.store.beat(job)
        found = deployment.redis.blpop([deployment.queue.name], timeout=0.2)
        if found:
            body = json.loads(base64.b64decode(json.loads(found[1])["body"]))
            sent[body[0][0]].append(time.monotonic())
    return sent


def _judge(
    outcome: Outcome, deployment: Deployment, sent: dict[str, list[float]], waiting: list[str], running: list[Job]
) -> None:
    gaps = [later - earlier for times in sent.values() for earlier, later in itertools.pairwise(times)]
    outcome.figures |= {"messages": sum(map(len, sent.values())), "jobs sent again": len(sent)}
    outcome.spread("between_s", gaps)
    outcome.expect(bool(gaps), "no message was sent twice")
    most = max(map(len, sent.values()), default=0)
    outcome.expect(most <= _SECONDS / SHORT.republish_seconds + 1, f"one job was rung for {most} times in a minute")
    soon = [gap for gap in gaps if gap < SHORT.republish_seconds / 2]
    outcome.expect(not soon, f"{len(soon)} messages came again after {min(soon, default=0):.2f} s")
    for job in running:
        seen = deployment.store.get(job.job_id)
        outcome.expect(seen.fence == job.fence, f"{job.job_id} lost its lease while it beat")
    unsent = len(waiting) + len(running) - len(sent.keys() | {job.job_id for job in running})
    outcome.expect(unsent <= 0, f"{unsent} jobs were never rung for again")


MANY_REAPERS = Trial(name="F24", title="three reapers, clocks an hour off", full=1, reduced=0, run=_run)
