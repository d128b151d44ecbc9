"""The drum kit: its sounds and its patterns. It knows the score and no other instrument."""

from typing import TypeAlias

import numpy as np

from training.synthesis.score import Score
from training.synthesis.sound import RATE, Mono, band, fading, glide, noise, partials, place
from training.synthesis.space import Stereo, panned, reverberated

# kick, snare, hat: one character a sixteenth; x loud, o soft
_GROOVES = (
    ("x.......x.......", "....x.......x...", "x.x.x.x.x.x.x.x."),
    ("x.....x.x.......", "....x.......x..o", "x.x.x.x.x.x.x.x."),
    ("x...x...x...x...", "....x.......x...", "..x...x...x...x."),
    ("x.........x.....", "....x..o.o..x..o", "xoxoxoxoxoxoxoxo"),
    ("x..o..x...x.....", "....x.......x...", "x.xxx.x.x.xxx.x."),
    ("x.........xo....", "........x.......", "x.x.x.x.x.x.x.x."),
    ("x..x..x.x..x..x.", "....x..o....x...", "xoxoxoxoxoxoxoxo"),
    ("x.o.......x..o..", "....x..o....x.o.", "x...x...x...x..."),
)
_LOUDNESS = {"x": 1.0, "o": 0.4, ".": 0.0}


def played(score: Score, rng: np.random.Generator) -> Stereo:
    """The kit's part of the song, `2 x frames`."""
    kit = _kit(rng)
    tracks = {name: np.zeros(round(score.seconds * RATE), np.float32) for name in kit}
    first, second = (_GROOVES[i] for i in rng.choice(len(_GROOVES), 2))
    for bar, energy in enumerate(score.energy):
        _groove(score, bar, first if energy < 1 else second, (kit, tracks, rng))
        _ornaments(score, bar, (kit, tracks, rng))
    sides = {"hat": 0.35, "open": 0.35, "crash": -0.4, "tom": -0.2, "clap": 0.1}
    mirror = rng.choice([-1.0, 1.0])
    stage = np.zeros((2, round(score.seconds * RATE)), np.float32)
    for name, track in tracks.items():
        stage += panned(track, mirror * sides.get(name, 0.0))
    return reverberated(stage, rng, seconds=rng.uniform(0.15, 0.5), wet=rng.uniform(0.0, 0.12))


_Stage: TypeAlias = tuple[dict[str, Mono], dict[str, Mono], np.random.Generator]


def _groove(score: Score, bar: int, groove: tuple[str, str, str], stage: _Stage) -> None:
    kit, tracks, rng = stage
    for name, line in zip(("kick", "snare", "hat"), groove, strict=True):
        for step in range(score.steps):
            if loudness := _LOUDNESS[line[step % 16]]:
                place(tracks[name], kit[name], score.time(bar, step), loudness * rng.uniform(0.8, 1.0))


def _ornaments(score: Score, bar: int, stage: _Stage) -> None:
    kit, tracks, rng = stage
    if bar % 4 == 0 and score.energy[bar] == 1:
        place(tracks["crash"], kit["crash"], score.time(bar, 0))
    if rng.random() < 0.3:
        place(tracks["open"], kit["open"], score.time(bar, 2 * int(rng.integers(score.steps // 2))), 0.8)
    if "clap" in tracks and score.energy[bar] == 1:
        place(tracks["clap"], kit["clap"], score.time(bar, 4), 0.8)
    if bar % 4 == 3:
        for step in range(score.steps - 4, score.steps, int(rng.choice([1, 2]))):
            place(tracks["tom"], kit["tom"], score.time(bar, step), rng.uniform(0.5, 1.0))


def _kit(rng: np.random.Generator) -> dict[str, Mono]:
    kit = {
        "kick": _kick(rng),
        "snare": _snare(rng),
        "hat": _cymbal(rng, rng.uniform(0.02, 0.06), rng.uniform(5_000, 8_000)) * np.float32(0.5),
        "open": _cymbal(rng, rng.uniform(0.12, 0.3), rng.uniform(5_000, 7_500)) * np.float32(0.5),
        "crash": _cymbal(rng, rng.uniform(0.4, 0.9), rng.uniform(2_500, 4_500)) * np.float32(0.5),
        "tom": fading(glide(rng.uniform(180, 300), rng.uniform(90, 140), 0.06, 0.6), rng.uniform(0.1, 0.2)),
    }
    if rng.random() < 0.5:
        kit["clap"] = _clap(rng)
    return kit


def _kick(rng: np.random.Generator) -> Mono:
    body = glide(rng.uniform(180, 420), rng.uniform(45, 68), rng.uniform(0.015, 0.04), 0.5)
    click = np.zeros_like(body)
    place(click, fading(band(noise(rng, 0.03), 1_500, 9_000), 0.004), 0.0, rng.uniform(0.2, 0.8))
    return fading(body, rng.uniform(0.06, 0.14)) + click


def _snare(rng: np.random.Generator) -> Mono:
    low = rng.uniform(160, 250)
    modes = low * np.array([1.0, 1.59, 2.14, 2.65])
    body = partials(modes, np.array([0.6, 0.35, 0.2, 0.1]), np.array([22.0, 30, 40, 50]), np.zeros(4), 0.4)
    rattle = fading(band(noise(rng, 0.4), rng.uniform(900, 2_200), 11_000), rng.uniform(0.05, 0.12))
    return body * np.float32(rng.uniform(0.5, 1.0)) + rattle * np.float32(rng.uniform(0.5, 0.8))


def _clap(rng: np.random.Generator) -> Mono:
    result = np.zeros(round(0.3 * RATE), np.float32)
    for start in (0.0, 0.011, 0.023):
        place(result, fading(band(noise(rng, 0.2), 900, 3_500), 0.008 if start < 0.02 else 0.06), start)
    return result


def _cymbal(rng: np.random.Generator, fade: float, low: float) -> Mono:
    seconds = min(2.0, 6 * fade)
    ring = np.sort(rng.uniform(low, 14_000, 24))
    metal = partials(ring, np.full(24, 0.25), np.full(24, 1 / fade), rng.uniform(0, 6.28, 24), seconds)
    return metal * np.float32(rng.uniform(0.2, 1)) + fading(band(noise(rng, seconds), low, 15_000), fade)
