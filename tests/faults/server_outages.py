"""F6, F9: the server is killed and started again, emptied, and full."""

import time
from itertools import cycle, islice

import httpx

from contract.jobs import JobStatus
from tests.faults.deployment import Deployment
from tests.faults.killed_processes import MIDDLE
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

_OUTAGES_SECONDS = (0.0, 3.0, 0.0, 3.0, 30.0)
_QUICK_SECONDS = 2.0
"""An API without its server says so within this time (and half a second for the way)."""


def _kill_server(repetitions: int) -> Outcome:
    outcome, recoveries, refusals = Outcome(), [], []
    with under_trial(outcome, answered=(503,)) as (deployment, visitor):
        deployment.ready_worker()
        for away in islice(cycle(_OUTAGES_SECONDS), repetitions):
            job = visitor.running(visitor.send(**MIDDLE), percent=20)
            waiting = visitor.send()
            deployment.server.kill()
            if away:
                refusals += _refused(deployment, job.job_id, outcome)
            time.sleep(away)  # the outage itself
            deployment.server.start()
            back = time.monotonic()
            for job_id in (job.job_id, waiting):
                status = visitor.ended(job_id).status
                outcome.expect(status is JobStatus.completed, f"{job_id} {status} after {away:g} s without the server")
            recoveries.append(time.monotonic() - back)
            outcome.done += 1
        outcome.spread("recovery_s", recoveries)
        outcome.spread("refusal_s", refusals, p95=_QUICK_SECONDS + 0.5)
    return outcome


def _refused(deployment: Deployment, job_id: str, outcome: Outcome) -> list[float]:
    """How long the API takes to say that it cannot say."""
    took = []
    for path in (f"/api/v1/jobs/{job_id}", "/api/v1/jobs", "/health/ready"):
        begun = time.monotonic()
        answer = httpx.get(f"{deployment.url}{path}", timeout=30)
        took.append(time.monotonic() - begun)
        outcome.expect(answer.status_code == 503, f"without the server {path} was answered {answer.status_code}")
    return took


def _empty_and_fill(repetitions: int) -> Outcome:
    outcome = Outcome()
    with under_trial(outcome, answered=(503,), killed=False) as (deployment, visitor):
        worker = deployment.ready_worker()
        for _ in range(repetitions):
            _empty(deployment, visitor, outcome)
            outcome.expect(worker.is_alive, f"the worker ended\n{worker.log[-1000:]}")
            _fill(deployment, visitor, outcome)
            outcome.done += 1
    return outcome


def _empty(deployment: Deployment, visitor: Visitor, outcome: Outcome) -> None:
    """FLUSHALL: the jobs are gone, what they made is not, and the service goes on."""
    done = visitor.send()
    visitor.ended(done)
    kept = {blob.key for blob in deployment.storage.list(f"results/{done}")}
    running = visitor.running(visitor.send(**MIDDLE), percent=10).job_id
    deployment.redis.flushall()
    for job_id in (done, running):
        del visitor.accepted[job_id]
        answer = httpx.get(f"{deployment.url}/api/v1/jobs/{job_id}", timeout=10)
        outcome.expect(answer.status_code == 404, f"a job that was flushed is answered {answer.status_code}")
    again = visitor.send()
    outcome.expect(visitor.ended(again).status is JobStatus.completed, "no job is done after FLUSHALL")
    left = {blob.key for blob in deployment.storage.list(f"results/{done}")}
    outcome.expect(bool(kept) and left == kept, f"files went with FLUSHALL: {sorted(kept - left)}")


def _fill(deployment: Deployment, visitor: Visitor, outcome: Outcome) -> None:
    """No memory left: new jobs are refused and told when to come again; the one in hand ends when there is room."""
    running = visitor.running(visitor.send(**MIDDLE), percent=10).job_id
    deployment.redis.config_set("maxmemory", 1)
    try:
        answer = wait_for(lambda: answer if (answer := visitor.post()).status_code != 202 else None, seconds=10)
        assert isinstance(answer, httpx.Response)
        refused = answer.status_code == 503 and "retry-after" in answer.headers
        outcome.expect(refused, f"without memory a job is answered {answer.status_code} {answer.text[:200]}")
        found = httpx.get(f"{deployment.url}/api/v1/jobs/{running}", timeout=10)
        outcome.expect(found.status_code == 200, f"without memory a job is shown with {found.status_code}")
    finally:
        deployment.redis.config_set("maxmemory", 0)
    outcome.expect(visitor.ended(running).status is JobStatus.completed, "the job in hand did not outlive the shortage")


KILLED_SERVER = Trial(name="F6", title="the server killed for 0, 3 and 30 s", full=20, reduced=1, run=_kill_server)
EMPTIED_SERVER = Trial(name="F9", title="the server emptied, and out of memory", full=1, reduced=1, run=_empty_and_fill)
