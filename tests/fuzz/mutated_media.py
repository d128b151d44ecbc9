"""B1: ten thousand damaged recordings, a tenth of them through the API, all others through a jail from end to end."""

import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from media.jail import Jail
from tests.fuzz.door import MOST_MEMORY_BYTES, Answer, Door, judge, read_whole, readers
from tests.fuzz.mutations import mutated
from tests.fuzz.system_calls import Traced
from tests.suites.trial import Outcome, Trial

_AT_ONCE = 2
_TRACED = 200


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    by_http = max(1, repetitions // 10)
    traced = min(_TRACED, max(1, repetitions // 10))
    _through_the_door(range(by_http), outcome)
    with readers() as jail, tempfile.TemporaryDirectory(prefix="stemify-fuzz-") as name:
        _watched(jail, range(by_http, by_http + traced), Path(name), outcome)
        _read(jail, range(by_http + traced, repetitions), Path(name), outcome)
        outcome.figures |= {f"jail {reason}": count for reason, count in jail.endings.items()}
        outcome.figures["peak_mib"] = jail.peak_bytes >> 20
        outcome.expect(jail.peak_bytes <= MOST_MEMORY_BYTES, f"a reader had {jail.peak_bytes >> 20} MiB")
        outcome.expect("zygote lost" not in jail.endings, "the zygote died")
    outcome.done = repetitions
    return outcome


def _through_the_door(numbers: range, outcome: Outcome) -> None:
    statuses: Counter[str] = Counter()
    slowest = 0.0
    with Door() as door, ThreadPoolExecutor(_AT_ONCE) as pool:

        def knock(number: int) -> tuple[str, Answer]:
            name, content = mutated(number)
            return name, door.answer(content)

        for name, answer in pool.map(knock, numbers):
            judge(outcome, name, answer)
            statuses[f"http {answer.status}"] += 1
            slowest = max(slowest, answer.seconds)
    outcome.figures |= dict(statuses)
    outcome.figures["slowest_answer_s"] = round(slowest, 2)


def _watched(jail: Jail, numbers: range, folder: Path, outcome: Outcome) -> None:
    """A sample of them with every system call told."""
    traced = Traced(jail)
    with traced:
        _read(jail, numbers, folder, outcome)
    if traced.usable:
        outcome.expect(traced.attempts() > 0, "strace saw no call of any child")
        for offence in traced.offences():
            outcome.expect(False, f"a child did {offence}")
        outcome.figures["traced"] = len(numbers)
    else:
        outcome.figures["traced"] = "no strace here"
        outcome.expect(not jail.start(), f"walls are missing and nothing watches: {dict(jail.start())}")
    traced.close()


def _read(jail: Jail, numbers: range, folder: Path, outcome: Outcome) -> None:
    places = threading.local()

    def read(number: int) -> tuple[str, str]:
        name, content = mutated(number)
        if not hasattr(places, "path"):
            places.path = folder / f"{threading.get_ident()}"
        places.path.write_bytes(content)
        return name, read_whole(jail, places.path)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for name, came_to in pool.map(read, numbers):
            # A decoder that runs out of memory or time, or dies of a signal, is what the jail is for; a child whose own
            # code failed is a mistake of ours.
            outcome.expect(came_to not in {"broken: fault", "broken: reply"}, f"{name}: {came_to}")


MUTATED = Trial(
    name="B1",
    title="damaged recordings",
    full=10_000,
    reduced=120,
    run=_run,
)
