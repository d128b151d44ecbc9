"""B10: the job store's scripts against a plain model, in any order, twice over, lapsing; 20,000 steps."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.integration.test_job_store_machine import StoreMachine
from tests.redis_server import RedisServer
from tests.suites.trial import Outcome, Trial

_STEPS = 50


def run(repetitions: int) -> Outcome:
    """Walks of up to 50 steps each, with growing seeds, until so many steps were taken."""
    outcome = Outcome()

    class Counting(StoreMachine):
        @invariant()
        def a_step_was_taken(self) -> None:
            outcome.done += 1

    with tempfile.TemporaryDirectory(prefix="stemify-fuzz-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            Counting.redis_url = server.url
            walks = 0
            while outcome.done < repetitions:
                walks += 1
                _walk(Counting, walks, examples=max(1, (repetitions - outcome.done) // _STEPS))
        finally:
            server.kill()
    outcome.figures = {"steps": outcome.done, "rounds": walks}
    return outcome


def _walk(machine: type[StoreMachine], number: int, *, examples: int) -> None:
    """Raises what the machine found, shrunk. Hypothesis may end a round early, and is then asked for another."""
    told = settings(
        max_examples=examples,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine), settings=told)


TRIAL = Trial(name="B10", title="the store's scripts in any order", full=20_000, reduced=400, run=run)
