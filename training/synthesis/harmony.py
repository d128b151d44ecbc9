"""The instruments of the stem `other`: chords, arpeggios and a lead. It knows the score and no other stem."""

import numpy as np

from training.synthesis.score import Score
from training.synthesis.sound import RATE, Mono, place
from training.synthesis.space import Stereo, panned, reverberated
from training.synthesis.timbre import Timbre, drawn

_LOWEST = 55
_CHOPS = ((0,), (0, 8), (0, 6, 12), (0, 4, 8, 12), (2, 6, 10, 14), (0, 3, 6, 10, 12), (4, 12))


def played(score: Score, rng: np.random.Generator) -> Stereo:
    """The part of everything that is neither drums, bass nor voice, `2 x frames`: one to three layers."""
    frames = round(score.seconds * RATE)
    result = np.zeros((2, frames), np.float32)
    more = (_arpeggio, _lead, _chords)
    ways = [_chords, *(more[i] for i in rng.integers(3, size=int(rng.integers(0, 3))))]
    side = rng.choice([-1.0, 1.0]) * rng.uniform(0.35, 0.85)
    for layer, way in enumerate(ways):
        track = np.zeros(frames, np.float32)
        way(score, rng, drawn(rng), track)
        level = np.sqrt(np.mean(np.square(track, dtype=np.float64))) + 1e-9
        track *= np.float32(rng.uniform(0.5, 1.0) / level)
        result += panned(track, side if layer % 2 == 0 else -side)
    return reverberated(result, rng, seconds=rng.uniform(0.3, 0.9), wet=rng.uniform(0.02, 0.2))


def _chords(score: Score, rng: np.random.Generator, timbre: Timbre, track: Mono) -> None:
    chop = _CHOPS[0] if timbre.slow else _CHOPS[rng.integers(len(_CHOPS))]
    turn = int(rng.integers(3))
    for bar, chord in enumerate(score.chords):
        heard = [step for step in chop if step < score.steps]
        for step, end in zip(heard, [*heard[1:], score.steps], strict=True):
            for third in range(3):
                degree = chord + 2 * third + (7 if third < turn else 0)
                seconds = (end - step) * score.step_seconds * 0.97
                sound = timbre.note(score.pitch(degree, _LOWEST), seconds)
                place(track, sound, score.time(bar, step), rng.uniform(0.85, 1.0))


def _arpeggio(score: Score, rng: np.random.Generator, timbre: Timbre, track: Mono) -> None:
    order = rng.permutation([0, 2, 4, 7])
    stride = int(rng.choice([1, 2, 2, 4]))
    for bar, chord in enumerate(score.chords):
        for beat, step in enumerate(range(0, score.steps, stride)):
            pitch = score.pitch(chord + int(order[beat % 4]), _LOWEST + 5)
            place(track, timbre.note(pitch, stride * score.step_seconds * 1.2), score.time(bar, step))


def _lead(score: Score, rng: np.random.Generator, timbre: Timbre, track: Mono) -> None:
    rhythm = [int(step) for step in np.flatnonzero(rng.random(16) < 0.35)] or [0]
    walk = [int(way) for way in rng.integers(-2, 3, len(rhythm))]
    for bar, chord in enumerate(score.chords):
        degree = chord + 7
        heard = [step for step in rhythm if step < score.steps]
        for move, step, end in zip(walk, heard, [*heard[1:], score.steps], strict=False):
            degree += move
            seconds = (end - step) * score.step_seconds * 0.95
            place(track, timbre.note(score.pitch(degree, _LOWEST), seconds), score.time(bar, step))
