"""What reading in a jail costs: a look at a recording and a pass over it, against the same in this process."""

import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.alternating import alternate, median_seconds
from benchmarks.asked import Asked
from benchmarks.recordings import RATE, noise_file
from benchmarks.rows import Row
from benchmarks.workshop import Workshop
from media.audio_file import AudioFile, OwnAudio
from media.jail import Jail
from media.jailed_audio import DECODING, JailedAudio

_LIMIT_MS = 60.0


def measure_jail(asked: Asked, workshop: Workshop) -> list[Row]:
    """An MP3 as a worker decodes it: a child for each look and each pass, its blocks through a pipe."""
    recording = noise_file(workshop.folder / "jailed.mp3", asked.jail_seconds)
    jail = Jail(preload=DECODING)
    jail.start()
    try:
        return [
            _row("a look at it", recording, jail, runs=asked.runs, read=_look),
            _row("a pass over it", recording, jail, runs=asked.runs, read=_pass),
        ]
    finally:
        jail.close()
        recording.unlink()


def _row(name: str, path: Path, jail: Jail, *, runs: int, read: Callable[[AudioFile], object]) -> Row:
    found = alternate(
        {"here": partial(read, OwnAudio(path)), "jailed": partial(read, JailedAudio(path, jail))}, runs=runs
    )
    here, jailed = found["here"], found["jailed"]
    more = statistics.median(
        1000 * (one.wall_seconds - other.wall_seconds) for one, other in zip(jailed, here, strict=True)
    )
    return Row(
        name=name,
        figures={
            "here_ms": 1000 * median_seconds(here),
            "jailed_ms": 1000 * median_seconds(jailed),
            "more_ms": more,
            "limit_ms": _LIMIT_MS,
        },
        runs=[*here, *jailed],
        note="on the clock: the child decodes beside its reader; `more` is the median of the differences of neighbours",
    )


def _look(audio: AudioFile) -> object:
    return audio.facts()


def _pass(audio: AudioFile) -> int:
    return sum(block.shape[1] for block in audio.blocks(sample_rate=RATE, channels=2))
