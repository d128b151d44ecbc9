"""B3: bombs and absurd headers: refused or stopped in time, in little memory, at the door or in the worker's reader."""

import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.absurd_headers import absurd_headers
from tests.fuzz.bombs import bombs
from tests.fuzz.door import MOST_MEMORY_BYTES, Door, judge, read_whole, readers
from tests.suites.trial import Outcome, Trial

_LONGEST_READ_SECONDS = 45.0
"""What a worker's reader may take in all before it is stopped, on a busy machine."""


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    cases = list((absurd_headers() | (bombs() if repetitions >= _FULL else {})).items())
    chosen = cases if repetitions >= _FULL else [cases[at * len(cases) // repetitions] for at in range(repetitions)]
    statuses: Counter[str] = Counter()
    slowest = slowest_read = 0.0
    with Door() as door, readers() as jail, tempfile.TemporaryDirectory(prefix="stemify-fuzz-") as folder:
        path = Path(folder) / "recording"
        for name, content in chosen:
            answer = door.answer(content, "song.wav")
            judge(outcome, name, answer)
            statuses[f"http {answer.status}"] += 1
            slowest = max(slowest, answer.seconds)
            path.write_bytes(content)
            began = time.monotonic()
            came_to = read_whole(jail, path)
            seconds = time.monotonic() - began
            slowest_read = max(slowest_read, seconds)
            statuses[f"read {came_to}"] += 1
            outcome.expect(seconds <= _LONGEST_READ_SECONDS, f"{name}: read for {seconds:.1f} s ({came_to})")
            outcome.done += 1
        peak = jail.peak_bytes
    outcome.expect(peak <= MOST_MEMORY_BYTES, f"a reader had {peak >> 20} MiB")
    outcome.figures |= dict(statuses) | {
        "slowest_answer_s": round(slowest, 2),
        "slowest_read_s": round(slowest_read, 2),
    }
    outcome.figures["peak_mib"] = peak >> 20
    return outcome


_FULL = 40
EXCESSES = Trial(
    name="B3",
    title="bombs and absurd headers",
    full=_FULL,
    reduced=14,
    run=_run,
)
