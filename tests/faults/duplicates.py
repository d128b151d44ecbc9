"""F18: one message is delivered five times more."""

import base64
import json
import re

from contract.jobs import JobStatus
from tests.faults.deployment import Deployment
from tests.faults.under_trial import under_trial
from tests.suites.trial import Outcome, Trial

_COPIES = 5
_TOOK = re.compile(r"succeeded in ([0-9.e-]+)s")


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    with under_trial(outcome, killed=False) as (deployment, visitor):
        first = visitor.send()
        queued = deployment.redis.lindex(deployment.queue.name, 0)
        assert queued is not None
        deployment.ready_worker()
        visitor.ended(first)
        for _ in range(repetitions):
            job_id = visitor.send()
            deployment.redis.lpush(deployment.queue.name, *[_copy(queued, job_id)] * _COPIES)
            job = visitor.ended(job_id)
            seen = (job.status, job.fence, job.attempt)
            outcome.expect(seen == (JobStatus.completed, 1, 1), f"{job_id} ended as {seen}")
            outcome.done += 1
        _judge(outcome, deployment, repetitions)
    return outcome


def _copy(message: bytes, job_id: str) -> bytes:
    """A message as Celery left it in the list, for another job."""
    copied = json.loads(message)
    body = json.loads(base64.b64decode(copied["body"]))
    body[0] = [job_id]
    copied["body"] = base64.b64encode(json.dumps(body).encode()).decode()
    return json.dumps(copied).encode()


def _judge(outcome: Outcome, deployment: Deployment, repetitions: int) -> None:
    """Of all tasks the longest are the jobs; what is left is how long a duplicate takes."""
    deployment.wait_idle()
    took = sorted(float(seconds) for _, text in deployment.logs("one") for seconds in _TOOK.findall(text))
    duplicates = took[: repetitions * _COPIES]
    outcome.expect(len(took) >= repetitions * (_COPIES + 1), f"only {len(took)} messages were taken")
    outcome.spread("duplicate_s", duplicates, p95=0.05)


DUPLICATED = Trial(name="F18", title="a message delivered six times", full=20, reduced=2, run=_run)
