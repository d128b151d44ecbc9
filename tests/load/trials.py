"""Every trial of this suite, in the order of the plan."""

from tests.suites.trial import Trial

TRIALS: tuple[Trial, ...] = ()
