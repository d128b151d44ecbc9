"""Whole songs with their true stems, from a seed. It knows instruments, levels and nothing of networks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.synthesis import bass, drums, harmony, voice
from training.synthesis.score import Score, written
from training.synthesis.sound import RATE
from training.synthesis.space import Stereo

SAMPLE_RATE = RATE
STEMS = ("drums", "bass", "other", "vocals")
_PLAYERS: dict[str, Callable[[Score, np.random.Generator], Stereo]] = {
    "drums": drums.played,
    "bass": bass.played,
    "other": harmony.played,
    "vocals": voice.played,
}
_ACTIVE_RMS = 0.1
_BLOCK = 4096
_PEAK = 0.95
_ENDING_SECONDS = 0.05
_LONG_ENDING_SECONDS = 1.5


@dataclass(frozen=True)
class Song:
    """One song: its stems and their exact sum, each `2 x frames` of float32 at 44.1 kHz, within -1 and 1."""

    stems: dict[str, Stereo]
    mix: Stereo


def compose(seed: int, seconds: float) -> Song:
    """The song of a seed. The mix is the stems added up in the order of STEMS, to the last bit.

    The same seed and length give the same song on the same machine and numpy.
    Raises ValueError for less than one second or more than ten minutes.
    """
    if not 1.0 <= seconds <= 600.0:
        raise ValueError(f"a song lasts 1 to 600 seconds, not {seconds}")
    score = written(np.random.default_rng([seed, 0]), seconds)
    stems = {}
    for number, name in enumerate(STEMS, start=1):
        rng = np.random.default_rng([seed, number])
        stems[name] = _leveled(_PLAYERS[name](score, rng), rng.uniform(-3.0, 3.0))
    ending = _ending(stems["drums"].shape[1], seconds)
    loudest = max(float(np.abs(part).max()) for part in [*stems.values(), mixed(stems)])
    gain = np.float32(_PEAK / loudest)
    stems = {name: np.ascontiguousarray(stem * gain * ending, np.float32) for name, stem in stems.items()}
    return Song(stems=stems, mix=mixed(stems))


def mixed(stems: dict[str, Stereo]) -> Stereo:
    """The sum of the stems in the order of STEMS, in float32."""
    total = stems[STEMS[0]].copy()
    for name in STEMS[1:]:
        total += stems[name]
    return total


def _leveled(stem: Stereo, decibels: float) -> Stereo:
    """The stem at the usual level where it sounds, plus `decibels`: a part that rests is not made louder for it."""
    blocks = stem[:, : stem.shape[1] // _BLOCK * _BLOCK].reshape(2, -1, _BLOCK)
    power = np.mean(np.square(blocks, dtype=np.float64), axis=(0, 2))
    active = power[power > power.max() * 1e-4]
    return stem * np.float32(_ACTIVE_RMS * 10 ** (decibels / 20) / np.sqrt(active.mean()))


def _ending(frames: int, seconds: float) -> Stereo:
    ending = np.ones(frames, np.float32)
    tail = round((_LONG_ENDING_SECONDS if seconds >= 16 else _ENDING_SECONDS) * RATE)
    ending[-tail:] = np.linspace(1, 0, tail, dtype=np.float32)
    return ending
