"""What is played: tempo, key, chords and how full each bar is. It knows nothing of sound."""

from dataclasses import dataclass

import numpy as np

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 2, 4, 5, 7, 9, 10))
_TURNS = (
    (0, 4, 5, 3),
    (0, 5, 3, 4),
    (5, 3, 0, 4),
    (0, 3, 4, 3),
    (1, 4, 0, 0),
    (0, 0, 3, 4),
    (0, 2, 3, 4),
    (0, 6, 5, 6),
    (3, 4, 2, 5),
)
_LONG_SECONDS = 16.0


@dataclass(frozen=True)
class Score:
    """A song on paper. Degrees count scale steps from the tonic (7 is the octave); steps are sixteenths."""

    seconds: float
    tempo: float
    beats: int
    swing: float
    tonic: int
    scale: tuple[int, ...]
    chords: tuple[int, ...]
    energy: tuple[float, ...]

    @property
    def steps(self) -> int:
        """Sixteenths in a bar."""
        return self.beats * 4

    @property
    def step_seconds(self) -> float:
        """How long a sixteenth lasts."""
        return 15.0 / self.tempo

    @property
    def sung_from(self) -> int:
        """The first bar with voice: a long song has an introduction of two bars."""
        return 2 if self.seconds >= _LONG_SECONDS else 0

    def time(self, bar: int, step: int) -> float:
        """When a sixteenth of a bar sounds, in seconds; the odd ones come late by the swing."""
        late = self.swing if step % 2 else 0.0
        return (bar * self.steps + step + late) * self.step_seconds

    def pitch(self, degree: int, lowest: int) -> int:
        """The MIDI pitch of a degree, moved by octaves: the tonic is the first one at or above `lowest`."""
        tonic = lowest + (self.tonic - lowest) % 12
        return tonic + 12 * (degree // 7) + self.scale[degree % 7]


def written(rng: np.random.Generator, seconds: float) -> Score:
    """A score that fills `seconds`, drawn from the generator."""
    tempo = float(rng.uniform(72, 164))
    beats = 3 if rng.random() < 0.12 else 4
    bars = int(np.ceil(seconds * tempo / 60 / beats))
    verse, chorus = (_TURNS[i] for i in rng.choice(len(_TURNS), 2, replace=False))
    parts = [verse if (bar // 4) % 2 == 0 else chorus for bar in range(bars)]
    return Score(
        seconds=seconds,
        tempo=tempo,
        beats=beats,
        swing=float(rng.choice([0.0, 0.0, 0.0, 0.15, 0.3])),
        tonic=int(rng.integers(12)),
        scale=_SCALES[rng.integers(len(_SCALES))],
        chords=tuple(part[bar % 4] for bar, part in enumerate(parts)),
        energy=tuple(0.55 if (bar // 4) % 2 == 0 else 1.0 for bar in range(bars)),
    )
