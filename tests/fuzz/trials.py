"""Every trial of this suite, in the order of the plan."""

from tests.fuzz import names, raw_http, schema, sockets, store_machine
from tests.fuzz.excesses import EXCESSES
from tests.fuzz.hostile_containers import HOSTILE
from tests.fuzz.links_inside import INSIDE
from tests.fuzz.mutated_media import MUTATED
from tests.suites.trial import Outcome, Trial

FORGED = Trial(
    name="B9",
    title="forged keys and tokens",
    full=40,
    reduced=0,
    run=lambda _: Outcome(),
    waits_for="API keys",
)

TRIALS: tuple[Trial, ...] = (
    MUTATED,
    HOSTILE,
    EXCESSES,
    names.TRIAL,
    INSIDE,
    raw_http.TRIAL,
    schema.TRIAL,
    sockets.TRIAL,
    FORGED,
    store_machine.TRIAL,
)
