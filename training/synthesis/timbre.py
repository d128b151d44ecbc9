"""Timbres of harmonic instruments: struck, plucked or held notes of one drawn sound. It knows nothing of scores."""

from typing import Protocol

import numpy as np

from training.synthesis.sound import Mono, fading, held, hertz, partials

_ORDER = np.arange(1, 25, dtype=np.float64)


class Timbre(Protocol):
    """One sound that can play any pitch."""

    slow: bool

    def note(self, pitch: float, seconds: float) -> Mono:
        """A note of a MIDI pitch, its end included in `seconds`."""


def drawn(rng: np.random.Generator) -> Timbre:
    """A timbre of a random family with random traits."""
    family = rng.integers(6)
    if family < 3:
        return _Struck(rng, kind=("piano", "guitar", "bell")[family])
    return _Held(rng, kind=("organ", "pad", "brass")[family - 3])


class _Struck:
    """Piano, guitar and bell: partials that fade by themselves, the higher the sooner."""

    slow = False

    def __init__(self, rng: np.random.Generator, *, kind: str) -> None:
        stretch = {"piano": rng.uniform(1e-4, 6e-4), "guitar": 2e-5, "bell": 0.0}[kind]
        self._ratios = _ORDER * np.sqrt(1 + stretch * _ORDER**2)
        if kind == "bell":
            self._ratios = np.array([1.0, 2.0, 3.0, 4.0, rng.uniform(5.2, 6.4), rng.uniform(8, 11)])
        order = _ORDER[: self._ratios.size]
        self._levels = order ** -rng.uniform(1.0, 1.9) * _pluck(kind, order, rng)
        self._decays = rng.uniform(0.8, 2.5) + rng.uniform(0.4, 1.2) * order
        self._phases = rng.uniform(0, 2 * np.pi, order.size)

    def note(self, pitch: float, seconds: float) -> Mono:
        """See Timbre."""
        f = hertz(pitch)
        sound = partials(f * self._ratios, self._levels, self._decays * (f / 300) ** 0.5, self._phases, seconds)
        return held(sound, 0.003, 0.06)


class _Held:
    """Organ, pad and brass: steady partials under an envelope."""

    def __init__(self, rng: np.random.Generator, *, kind: str) -> None:
        self.slow = kind == "pad"
        self._detunes = (0.996, 1.0, 1.0043) if kind == "pad" else (1.0,)
        self._attack = {"organ": 0.008, "pad": rng.uniform(0.08, 0.25), "brass": rng.uniform(0.02, 0.05)}[kind]
        self._fade = 8.0 if kind != "brass" else rng.uniform(0.6, 2.0)
        self._levels = _ORDER ** -rng.uniform(0.9, 1.4)
        self._cutoff = rng.uniform(1_200, 4_000)
        if kind == "organ":
            self._levels = np.where(np.isin(_ORDER, [1, 2, 3, 4, 6, 8]), rng.uniform(0.1, 1.0, _ORDER.size), 0.0)
        self._phases = rng.uniform(0, 2 * np.pi, _ORDER.size)

    def note(self, pitch: float, seconds: float) -> Mono:
        """See Timbre."""
        f = hertz(pitch) * _ORDER
        levels = self._levels / (1 + (f / self._cutoff) ** 2)
        steady = np.zeros_like(f)
        voices = [partials(f * detune, levels, steady, self._phases * detune, seconds) for detune in self._detunes]
        return held(fading(np.sum(voices, axis=0, dtype=np.float32), self._fade), self._attack, 0.05)


def _pluck(kind: str, order: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if kind != "guitar":
        return np.ones_like(order)
    return np.abs(np.sin(np.pi * order * rng.uniform(0.1, 0.3))) + 0.02
