"""Every trial of this suite, in the order of the plan."""

from tests.faults.canceling import CANCELED
from tests.faults.duplicates import DUPLICATED
from tests.faults.killed_processes import KILLED_CHILD, KILLED_WORKER, LOST_MESSAGE, STOPPED_WORKER
from tests.faults.poison import POISON
from tests.suites.trial import Trial

TRIALS: tuple[Trial, ...] = (
    KILLED_CHILD,
    KILLED_WORKER,
    LOST_MESSAGE,
    POISON,
    CANCELED,
    DUPLICATED,
    STOPPED_WORKER,
)
