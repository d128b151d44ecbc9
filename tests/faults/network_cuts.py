"""F7, F8: the way to the server swallows everything, delays it, and is cut every two seconds."""

import asyncio
import time

from contract.jobs import JobStatus
from tests.faults.deployment import Deployment
from tests.faults.killed_processes import MIDDLE
from tests.faults.listeners import Listeners
from tests.faults.proxy import Proxy
from tests.faults.under_trial import under_trial
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

_HOLE_SECONDS, _DELAY_SECONDS = 25.0, 10.0
_CUTTING_SECONDS, _CUT_EACH_SECONDS = 120.0, 2.0
_JOBS, _CLIENTS = 50, 3


def _swallow(repetitions: int) -> Outcome:
    """25 s without a byte, then 10 s in which half of all pieces are 2 s late."""
    outcome, recoveries = Outcome(), []
    with Deployment() as deployment:
        socket = str(deployment.server.socket)
        with Proxy(lambda: asyncio.open_unix_connection(socket)) as proxy:
            deployment.told["REDIS_URL"] = f"redis://127.0.0.1:{proxy.port}/0"
            with under_trial(outcome, deployment, answered=(503,), entered=True) as (_, visitor):
                deployment.ready_worker()
                for _ in range(repetitions):
                    job_ids = [visitor.running(visitor.send(**MIDDLE), percent=10).job_id, visitor.send()]
                    proxy.hole = True
                    time.sleep(_HOLE_SECONDS)  # the outage itself
                    proxy.hole, proxy.delay_share = False, 0.5
                    healed = time.monotonic()
                    time.sleep(_DELAY_SECONDS)  # the slowness itself
                    proxy.delay_share = 0.0
                    for job_id in job_ids:
                        status = visitor.ended(job_id).status
                        outcome.expect(status is JobStatus.completed, f"{job_id} {status} behind the hole")
                    again = wait_for(lambda: _taken(visitor), seconds=30)
                    outcome.expect(visitor.ended(str(again)).status is JobStatus.completed, f"{again} did not complete")
                    recoveries.append(time.monotonic() - healed)
                    outcome.done += 1
                outcome.spread("recovery_s", recoveries, p95=_DELAY_SECONDS + 30.0)
    return outcome


def _cut(repetitions: int) -> Outcome:
    """Every connection to the server is killed every two seconds, while fifty jobs are sent, done and watched."""
    outcome = Outcome()
    with under_trial(outcome, answered=(503,)) as (deployment, visitor):
        deployment.ready_worker()
        for _ in range(repetitions):
            with Listeners(deployment.url, _CLIENTS) as listeners:
                begun = time.monotonic()
                job_ids: list[str] = []
                cuts = 0
                while time.monotonic() - begun < _CUTTING_SECONDS:
                    due = begun + (len(job_ids) + 1) * _CUTTING_SECONDS / (_JOBS + 2)
                    if len(job_ids) < _JOBS and time.monotonic() > due and (job_id := _taken(visitor)):
                        job_ids.append(job_id)
                        listeners.subscribe(job_id)
                    if time.monotonic() - begun > cuts * _CUT_EACH_SECONDS:
                        cuts += 1
                        for kind in ("normal", "pubsub"):
                            deployment.redis.client_kill_filter(_type=kind)
                    time.sleep(0.05)  # between two looks at the clock
                for job_id in job_ids:
                    status = visitor.ended(job_id).status
                    outcome.expect(status is JobStatus.completed, f"{job_id} {status} among the cuts")
                outcome.failed += listeners.missed(job_ids)
                outcome.figures |= {"jobs": len(job_ids), "cuts": cuts, "clients": _CLIENTS}
            outcome.done += 1
    return outcome


def _taken(visitor) -> str | None:
    answer = visitor.post()
    return answer.json()["job_id"] if answer.status_code == 202 else None


SWALLOWED = Trial(name="F7", title="the way to the server swallows, then delays", full=5, reduced=0, run=_swallow)
CUT = Trial(name="F8", title="every connection cut each 2 s for 2 min", full=1, reduced=0, run=_cut)
