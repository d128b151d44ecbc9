"""Every trial of this suite, in the order of the plan."""

from tests.fuzz import names, raw_http
from tests.fuzz.excesses import EXCESSES
from tests.fuzz.hostile_containers import HOSTILE
from tests.fuzz.links_inside import INSIDE
from tests.fuzz.mutated_media import MUTATED
from tests.suites.trial import Trial

TRIALS: tuple[Trial, ...] = (MUTATED, HOSTILE, EXCESSES, names.TRIAL, INSIDE, raw_http.TRIAL)
