"""F19: one Idempotency-Key, many requests at once; another request under it; a crash before the bell was rung."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from contract.jobs import JobStatus
from tests.faults.deployment import Deployment
from tests.faults.failpoints import arm
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

_AT_ONCE = 50


def _run(repetitions: int) -> Outcome:
    outcome, answers = Outcome(), Counter[int]()
    with under_trial(outcome) as (deployment, visitor):
        deployment.ready_worker()
        for number in range(repetitions):
            answers.update(_crowd(visitor, f"crowd-{number}", outcome))
            outcome.done += 1
        _crash(deployment, visitor, outcome)
        for job_id in list(visitor.accepted):
            outcome.expect(visitor.ended(job_id).status is JobStatus.completed, f"{job_id} did not complete")
        outcome.figures |= {f"answered {status}": count for status, count in sorted(answers.items())}
    return outcome


def _crowd(visitor: Visitor, key: str, outcome: Outcome) -> list[int]:
    """Fifty requests at once, of which one makes the job and the rest are told of it or to come again."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(lambda _: visitor.post(key=key), range(_AT_ONCE)))
    taken = [answer for answer in answers if answer.status_code == 202]
    outcome.expect(len({answer.json()["job_id"] for answer in taken}) == 1, f"{key} made more than one job, or none")
    first = [answer for answer in taken if "idempotency-replayed" not in answer.headers]
    outcome.expect(len(first) == 1, f"{len(first)} answers of {key} were not replays")
    others = {answer.status_code for answer in answers} - {202, 409}
    outcome.expect(not others, f"{key} was answered {others}")
    again = visitor.post(key=key)
    same = again.status_code == 202 and again.json()["job_id"] == taken[0].json()["job_id"]
    outcome.expect(same, f"{key}, asked again later, was answered {again.status_code}")
    other = visitor.post(key=key, seed=2)
    outcome.expect(other.status_code == 422, f"another recording under {key} was answered {other.status_code}")
    return [answer.status_code for answer in answers]


def _crash(deployment: Deployment, visitor: Visitor, outcome: Outcome) -> None:
    """The API dies after it took the job and before anybody heard of it; the same request then finds the job."""
    assert deployment.api is not None
    deployment.api.terminate()
    api = deployment.start_api("api-faulty", module="tests.faults.faulty_api")
    arm(deployment.folder, "job accepted")
    try:
        visitor.post(key="crash")
        outcome.failed.append("the API outlived its own end")
    except httpx.TransportError:
        api.wait()
    deployment.start_api("api-after")
    answer = wait_for(lambda: _unlocked(visitor), seconds=90)  # the dead request's lock lapses by itself
    assert isinstance(answer, httpx.Response)
    replayed = answer.status_code == 202 and answer.headers.get("idempotency-replayed") == "true"
    outcome.expect(replayed, f"after the crash the same request was answered {answer.status_code} {answer.headers}")


def _unlocked(visitor: Visitor) -> httpx.Response | None:
    answer = visitor.post(key="crash")
    return None if answer.status_code == 409 else answer


IDEMPOTENT = Trial(name="F19", title="one Idempotency-Key, many requests", full=20, reduced=0, run=_run)
