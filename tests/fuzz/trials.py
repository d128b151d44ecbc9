"""Every trial of this suite, in the order of the plan."""

from tests.fuzz.links_inside import INSIDE
from tests.suites.trial import Trial

TRIALS: tuple[Trial, ...] = (INSIDE,)
