"""Mono sounds and what is done to them: partials, noise, envelopes, filters. It knows nothing of music."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
_ROW = 512

Mono: TypeAlias = NDArray[np.float32]
Values: TypeAlias = NDArray[np.float64]


def hertz(pitch: float) -> float:
    """The frequency of a MIDI pitch (69 is 440 Hz)."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def seconds_axis(seconds: float) -> Values:
    """The times in seconds of every frame in `seconds`; at least one."""
    return np.arange(max(1, round(seconds * RATE))) / RATE


def partials(frequencies: Values, levels: Values, decays: Values, phases: Values, seconds: float) -> Mono:
    """Sum of decaying sines: level * exp(-decay * t) * sin(2 pi f t + phase), those above 18 kHz left out.

    Each exponential is a product of a slow and a quick one, so that the whole sum is one matrix product.
    """
    heard = frequencies < 18_000
    rate = (2j * np.pi * frequencies[heard] - decays[heard]) / RATE
    frames = max(1, round(seconds * RATE))
    rows = -(-frames // _ROW)
    slow = np.exp(np.outer(np.arange(rows) * _ROW, rate)) * (levels[heard] * np.exp(1j * phases[heard]))
    quick = np.exp(np.outer(rate, np.arange(_ROW)))
    product = slow.astype(np.complex64) @ quick.astype(np.complex64)
    return np.ascontiguousarray(product.imag.reshape(-1)[:frames])


def glide(start: float, end: float, fall: float, seconds: float) -> Mono:
    """A sine whose frequency (Hz) falls from `start` to `end` with the time constant `fall` in seconds."""
    t = seconds_axis(seconds)
    phase = 2 * np.pi * (end * t + (start - end) * fall * (1 - np.exp(-t / fall)))
    return np.sin(phase).astype(np.float32)


def noise(rng: np.random.Generator, seconds: float) -> Mono:
    """White noise of unit deviation."""
    return rng.standard_normal(max(1, round(seconds * RATE)), dtype=np.float32)


def fading(sound: Mono, constant: float) -> Mono:
    """The sound under an exponential decay with the time constant in seconds."""
    t = np.arange(sound.size, dtype=np.float32) / RATE
    return sound * np.exp(-t / np.float32(constant))


def held(sound: Mono, attack: float, release: float) -> Mono:
    """The sound with a raised-cosine start and end (seconds each; shortened where the sound is short)."""
    result = sound.copy()
    rise, fall = (min(round(part * RATE), sound.size // 2) for part in (attack, release))
    if rise:
        result[:rise] *= _ramp(rise)
    if fall:
        result[-fall:] *= _ramp(fall)[::-1]
    return result


def _ramp(frames: int) -> Mono:
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / frames)).astype(np.float32)


def band(sound: Mono, low: float, high: float) -> Mono:
    """The sound between two frequencies in Hz, with slopes of 24 dB an octave and no shift in time."""
    size = 1 << max(5, int(sound.size + RATE // 100).bit_length())
    f = np.fft.rfftfreq(size, 1 / RATE).astype(np.float32)
    gain = 1 / (1 + (f / np.float32(high)) ** 4)
    ratio = (f / np.float32(low)) ** 4
    gain *= ratio / (1 + ratio)
    return np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: sound.size].astype(np.float32)


def place(track: Mono, sound: Mono, start: float, gain: float = 1.0) -> None:
    """Add the sound to the track from `start` seconds on; what reaches past the end is dropped."""
    first = max(0, round(start * RATE))
    last = min(track.size, first + sound.size)
    if last > first:
        track[first:last] += sound[: last - first] * np.float32(gain)
