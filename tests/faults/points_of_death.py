"""F15: a process dies at each named point of a job's life; what was accepted is done all the same, and once."""

import httpx

from contract.jobs import JobStatus
from tests.faults.deployment import Deployment
from tests.faults.failpoints import arm, is_armed
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

_IN_WORK = (
    "job claimed",
    "scratch folder made",
    "recording fetched",
    "model chosen",
    "before the model is borrowed",
    "first stem made",
    "stem half stored",
    "file renamed",
    "first stem stored",
    "all stems stored",
    "manifest stored",
    "before the commit",
    "committed",
)
_GIVING_BACK = ("before it is given back", "given back")
_ON_THE_SIDE = ("before the scratch is swept", "before the sweep")
"""In a worker's main process."""
_DELETING = ("job ended to be deleted", "job hidden")


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    with under_trial(outcome) as (deployment, visitor):
        deployment.ready_worker(module="tests.faults.faulty_worker")
        for _ in range(repetitions):
            for point in (*_IN_WORK, *_GIVING_BACK):
                _in_work(deployment, visitor, outcome, point)
            outcome.done += 1
        for number in range(repetitions):
            for point in _ON_THE_SIDE:
                _on_the_side(deployment, point, f"{point}-{number}".replace(" ", "-"))
            _in_the_api(deployment, visitor, outcome, number)
        outcome.figures["points"] = len((*_IN_WORK, *_GIVING_BACK, *_ON_THE_SIDE, *_DELETING)) + 2
    return outcome


def _in_work(deployment: Deployment, visitor: Visitor, outcome: Outcome, point: str) -> None:
    trouble = {"metadata": {"fault": "loses_storage_once"}} if point in _GIVING_BACK else {}
    arm(deployment.folder, point)
    job = visitor.ended(visitor.send(**trouble))
    outcome.expect(not is_armed(deployment.folder, point), f"nobody came to: {point}")
    outcome.expect(job.status is JobStatus.completed, f"killed at {point!r} the job {job.status}: {job.error}")


def _on_the_side(deployment: Deployment, point: str, name: str) -> None:
    """Whichever worker gets there first ends; there is one more."""
    arm(deployment.folder, point)
    worker = deployment.worker(f"worker-{name}", module="tests.faults.faulty_worker")
    wait_for(lambda: not is_armed(deployment.folder, point), said=lambda: worker.log[-2000:])


def _in_the_api(deployment: Deployment, visitor: Visitor, outcome: Outcome, number: int) -> None:
    assert deployment.api is not None
    deployment.api.terminate()
    for at, point in enumerate(("recording stored", "job accepted", *_DELETING)):
        api = deployment.start_api(f"api-faulty-{number}-{at}", module="tests.faults.faulty_api")
        done = visitor.send()
        visitor.ended(done)
        arm(deployment.folder, point)
        try:
            visitor.delete(done) if point in _DELETING else visitor.post()
            outcome.failed.append(f"the API outlived {point!r}")
        except httpx.TransportError:
            api.wait()
    deployment.start_api(f"api-again-{number}")


POINTS_OF_DEATH = Trial(name="F15", title="kill -9 at every named point", full=3, reduced=0, run=_run)
