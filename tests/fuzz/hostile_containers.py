"""B2: containers that point to files, addresses and pictures, or pretend. Nothing follows them, nothing leaks."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from media.errors import MediaError
from media.jail import Jail
from media.jailed_audio import JailedAudio
from tests.fuzz.disguises import disguises
from tests.fuzz.door import Door, judge, readers
from tests.fuzz.listener import LEVEL, Listener
from tests.fuzz.pointers import pointers
from tests.fuzz.system_calls import Traced
from tests.suites.trial import Outcome, Trial

_AT_ONCE_SECONDS = 1.0
_AUDIBLE = frozenset(
    {
        # Recordings all the same: what is beside or behind the sound is not looked at.
        "Matroska with an attachment",
        "Matroska that links on",
        "MP3, then a script",
        "MP3, then ZIP",
        # A few words before the first frame are forgiven, as players do.
        "HTML, then MP3",
        # FFmpeg reads no address from these references, and takes the file's own samples.
        "MOV elsewhere",
        "MOV in a file",
        "MOV on the web",
    }
)


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    with _listening() as (listener, folder), Door() as door, readers() as jail:
        cases = list((pointers(listener.target) | disguises(listener.target)).items())
        chosen = [cases[at * len(cases) // repetitions] for at in range(repetitions)] if repetitions < 60 else cases
        slowest = 0.0
        with Traced(jail) as traced:
            for name, content in chosen:
                answer = door.answer(content)
                judge(outcome, name, answer)
                outcome.expect(listener.secret not in answer.text, f"{name}: the answer tells the secret")
                refused = answer.status in range(400, 500)
                outcome.expect(refused or name in _AUDIBLE, f"{name}: {answer.status} {answer.text[:120]}")
                if refused and name not in _AUDIBLE:
                    slowest = max(slowest, answer.seconds)
                (folder / "song.mp3").write_bytes(content)
                outcome.expect(not _hears_secret(jail, folder / "song.mp3"), f"{name}: the secret was decoded")
                outcome.done += 1
        if traced.usable:
            for offence in traced.offences():
                outcome.expect(False, f"a child did {offence}")
        traced.close()
        outcome.expect(listener.visits == 0, "somebody came to the listener")
        outcome.expect(slowest <= _AT_ONCE_SECONDS * 10, f"the slowest refusal took {slowest:.1f} s")
        outcome.figures |= {"containers": len(chosen), "slowest_refusal_s": round(slowest, 3)}
        outcome.figures["traced"] = "yes" if traced.usable else "no strace here"
    return outcome


@contextmanager
def _listening() -> Iterator[tuple[Listener, Path]]:
    with tempfile.TemporaryDirectory(prefix="stemify-fuzz-") as name:
        listener = Listener(Path(name))
        try:
            yield listener, Path(name)
        finally:
            listener.close()


def _hears_secret(jail: Jail, path: Path) -> bool:
    """Whether the secret's sound is in what a worker would decode, right beside the secret itself."""
    audio = JailedAudio(path, jail)
    try:
        facts = audio.facts()
        blocks = audio.blocks(sample_rate=facts.sample_rate, channels=2, max_seconds=600.0)
        return any(float(np.mean(np.abs(block - LEVEL) < 0.01)) > 0.5 for block in blocks)
    except MediaError:
        return False


HOSTILE = Trial(
    name="B2",
    title="hostile containers",
    full=60,
    reduced=15,
    run=_run,
)
