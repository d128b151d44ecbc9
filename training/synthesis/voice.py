"""The singer: a melody, its syllables and the sound of formants. It knows the score and no other instrument."""

from dataclasses import dataclass

import numpy as np

from training.synthesis.score import Score
from training.synthesis.sound import RATE, Mono, Values, band, fading, held, hertz, noise, place
from training.synthesis.space import Stereo, panned, reverberated

_HOP = 256
# formants' frequencies in Hz of a man's a, e, i, o, u
_VOWELS = np.array(
    [
        [700, 1150, 2500, 3400],
        [450, 1850, 2500, 3400],
        [290, 2200, 2900, 3500],
        [450, 850, 2500, 3300],
        [320, 750, 2300, 3300],
    ]
)
_WIDTHS = np.array([90.0, 110, 160, 220])
_HEIGHTS = np.array([1.0, 0.55, 0.32, 0.22])


@dataclass(frozen=True)
class _Syllable:
    start: float
    seconds: float
    pitch: int
    vowel: int


@dataclass(frozen=True)
class _Singer:
    lowest: int
    tract: float
    tilt: float
    vibrato: float
    depth: float
    breath: float


def played(score: Score, rng: np.random.Generator) -> Stereo:
    """The voice's part of the song, `2 x frames`; sometimes doubled by a second, slightly later voice."""
    singer = _singer(rng)
    melody = _melody(score, singer, rng)
    result = panned(_sung(score, singer, melody, rng), 0.0)
    if rng.random() < 0.25:
        late = [_Syllable(s.start + 0.02, s.seconds, s.pitch, s.vowel) for s in melody]
        result += np.float32(0.5) * panned(_sung(score, singer, late, rng), rng.uniform(-0.8, 0.8))
    return reverberated(result, rng, seconds=rng.uniform(0.3, 0.9), wet=rng.uniform(0.02, 0.18))


def _singer(rng: np.random.Generator) -> _Singer:
    high = rng.random() < 0.5
    return _Singer(
        lowest=int(rng.integers(55, 61) if high else rng.integers(45, 51)),
        tract=float(rng.uniform(1.1, 1.25) if high else rng.uniform(0.95, 1.05)),
        tilt=float(rng.uniform(0.6, 1.1)),
        vibrato=float(rng.uniform(4.8, 6.5)),
        depth=float(rng.uniform(0.2, 0.55)),
        breath=float(rng.uniform(0.005, 0.03)),
    )


def _melody(score: Score, singer: _Singer, rng: np.random.Generator) -> list[_Syllable]:
    motifs = [_motif(score, rng) for _ in range(2)]
    result = []
    for bar in range(score.sung_from, len(score.chords)):
        degree = score.chords[bar] % 7 + int(rng.choice([0, 2, 4]))
        for (step, end), move in motifs[(bar // 2) % 2]:
            degree = int(np.clip(degree + move, -1, 9))
            seconds = (end - step) * score.step_seconds * 0.97
            pitch = score.pitch(degree, singer.lowest)
            result.append(_Syllable(score.time(bar, step), seconds, pitch, int(rng.integers(5))))
    return result


def _motif(score: Score, rng: np.random.Generator) -> list[tuple[tuple[int, int], int]]:
    likely = np.tile([0.75, 0.05, 0.45, 0.05], score.beats)
    steps = [int(step) for step in np.flatnonzero(rng.random(score.steps) < likely)] or [0]
    rest = score.steps - int(rng.choice([0, 2, 4]))
    spans = [(a, min(b, a + 6)) for a, b in zip(steps, [*steps[1:], rest], strict=True) if b > a]
    return [(span, int(move)) for span, move in zip(spans, rng.integers(-2, 3, len(spans)), strict=True)]


def _sung(score: Score, singer: _Singer, melody: list[_Syllable], rng: np.random.Generator) -> Mono:
    track = np.zeros(round(score.seconds * RATE), np.float32)
    before = melody[0].pitch if melody else 0
    for syllable in melody:
        place(track, _vowel(syllable, before, singer, rng), syllable.start, rng.uniform(0.8, 1.0))
        if rng.random() < 0.5:
            place(track, _consonant(rng), syllable.start - 0.05, rng.uniform(0.1, 0.3))
        before = syllable.pitch
    return track


def _consonant(rng: np.random.Generator) -> Mono:
    low = rng.choice([1_200.0, 2_500.0, 4_500.0])
    return held(band(noise(rng, rng.uniform(0.03, 0.08)), low, low * 2), 0.01, 0.02)


def _vowel(syllable: _Syllable, before: int, singer: _Singer, rng: np.random.Generator) -> Mono:
    frames = max(_HOP, round(syllable.seconds * RATE))
    t = np.arange(frames) / RATE
    slide = (before - syllable.pitch) * np.exp(-t / 0.03)
    swell = np.clip((t - 0.12) / 0.2, 0, 1) * singer.depth
    bend = slide + swell * np.sin(2 * np.pi * singer.vibrato * t + rng.uniform(0, 6.28))
    f0 = hertz(syllable.pitch) * 2 ** (bend / 12)
    formants = singer.tract * _VOWELS[syllable.vowel] * rng.uniform(0.96, 1.04, 4)
    voiced = _harmonics(f0, formants, singer.tilt)
    air = fading(band(noise(rng, frames / RATE)[:frames], 1_000, 7_000), 0.6)[: voiced.size]
    voiced[: air.size] += air * np.float32(singer.breath)
    return held(voiced, 0.03, 0.06)


def _harmonics(f0: Values, formants: Values, tilt: float) -> Mono:
    """The glottis' harmonics, each as loud as the formants let its changing frequency through."""
    turn = np.exp(2j * np.pi * (np.cumsum(f0) / RATE % 1.0)).astype(np.complex64)
    coarse = f0[::_HOP]
    wave = turn.copy()
    result = np.zeros(f0.size, np.float32)
    for order in range(1, int(min(40, 7_000 / f0.min())) + 1):
        f = coarse[:, None] * order
        loud = np.sum(_HEIGHTS / (1 + ((f - formants) / _WIDTHS) ** 2), axis=1) + 0.02
        loud *= order**-tilt
        result += wave.imag * np.repeat(loud.astype(np.float32), _HOP)[: f0.size]
        wave *= turn
    return result
