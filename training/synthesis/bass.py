"""The bass: its sounds and its lines. It knows the score and no other instrument."""

import numpy as np

from training.synthesis.score import Score
from training.synthesis.sound import RATE, Mono, fading, held, hertz, partials, place
from training.synthesis.space import Stereo, panned

# sixteenth, length in sixteenths, degree above the chord's root
_LINES = (
    ((0, 2, 0), (2, 2, 0), (4, 2, 0), (6, 2, 0), (8, 2, 0), (10, 2, 0), (12, 2, 0), (14, 2, 0)),
    ((0, 6, 0), (6, 2, 0), (8, 6, 0), (14, 2, 4)),
    ((0, 3, 0), (3, 3, 0), (6, 2, 4), (8, 3, 0), (11, 3, 2), (14, 2, 4)),
    ((0, 4, 0), (4, 4, 2), (8, 4, 4), (12, 4, 5)),
    ((0, 15, 0),),
    ((0, 2, 0), (4, 2, 7), (6, 2, 0), (8, 2, 0), (12, 2, 7), (14, 2, 4)),
    ((0, 8, 0), (8, 4, 0), (12, 4, 4)),
)
_LOWEST = 28


def played(score: Score, rng: np.random.Generator) -> Stereo:
    """The bass's part of the song, `2 x frames`."""
    track = np.zeros(round(score.seconds * RATE), np.float32)
    tone = _Tone(rng)
    first, second = (_LINES[i] for i in rng.choice(len(_LINES), 2))
    for bar, chord in enumerate(score.chords):
        for step, length, degree in first if score.energy[bar] < 1 else second:
            if step < score.steps:
                pitch = score.pitch(chord + degree, _LOWEST)
                sound = tone.note(pitch - 12 if pitch > 52 else pitch, length * score.step_seconds * 0.95)
                place(track, sound, score.time(bar, step), rng.uniform(0.8, 1.0))
    return panned(track, 0.0)


class _Tone:
    """One bass sound: plucked (finger, pick) or held (sub, saw, square), drawn once a song."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._kind = str(rng.choice(["finger", "pick", "sub", "saw", "square"]))
        self._spot = rng.uniform(0.12, 0.35)
        self._cutoff = rng.uniform(250, 900)
        self._detune = rng.uniform(0.0, 0.006)
        self._fade = rng.uniform(0.8, 2.5)

    def note(self, pitch: int, seconds: float) -> Mono:
        """One note, with its end included in `seconds`."""
        order = np.arange(1, 31, dtype=np.float64)
        f = hertz(pitch) * order
        if self._kind in ("finger", "pick"):
            return held(self._plucked(order, f, seconds), 0.004, 0.04)
        levels = self._spectrum(order) / (1 + (f / self._cutoff) ** 4) ** 0.5
        zeros = np.zeros_like(f)
        sound = partials(f * (1 + self._detune), levels, zeros, zeros, seconds)
        if self._kind == "saw":
            sound = sound + partials(f, levels, zeros, zeros, seconds)
        return held(fading(sound, self._fade), 0.006, 0.04)

    def _plucked(self, order: np.ndarray, f: np.ndarray, seconds: float) -> Mono:
        bright = 1.9 if self._kind == "finger" else 1.3
        levels = np.abs(np.sin(np.pi * order * self._spot)) / order**bright
        return partials(f, levels, 0.8 + 0.9 * order, np.zeros_like(f), seconds)

    def _spectrum(self, order: np.ndarray) -> np.ndarray:
        if self._kind == "sub":
            return np.where(order <= 3, 0.25 ** (order - 1), 0.0)
        return 1 / order if self._kind == "saw" else np.where(order % 2 == 1, 1 / order, 0.0)
