"""A deployment and its visitor for the length of a trial, which ends with the invariants."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext

from tests.faults.deployment import Deployment
from tests.faults.invariants import broken
from tests.faults.visitor import Visitor
from tests.suites.trial import Outcome


@contextmanager
def under_trial(
    outcome: Outcome,
    deployment: Deployment | None = None,
    *,
    answered: Collection[int] = (),
    killed: bool = True,
    entered: bool = False,
    orphans: bool = False,
) -> Iterator[tuple[Deployment, Visitor]]:
    """An API that answers, and no worker yet. `answered`, `killed` and `orphans` as the invariants want to know them.

    `entered`: the deployment is, so that somebody else ends it.
    """
    deployment = deployment or Deployment()
    with nullcontext(deployment) if entered else deployment as deployed:
        visitor = Visitor(deployed)
        deployed.start_api()
        yield deployed, visitor
        outcome.failed += broken(deployed, visitor, answered=answered, killed=killed, orphans=orphans)
