"""Where a sound stands: pan and reverberation, mono in and stereo out. It knows nothing of instruments."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.synthesis.sound import RATE, Mono, band, fading, noise

Stereo: TypeAlias = NDArray[np.float32]


def panned(sound: Mono, side: float) -> Stereo:
    """Mono to `2 x frames` with constant power; `side` from -1 (left) to 1 (right)."""
    angle = (side + 1) * np.pi / 4
    gains = np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32)
    return gains * sound[None, :]


def reverberated(sound: Stereo, rng: np.random.Generator, *, seconds: float, wet: float) -> Stereo:
    """The sound (`2 x frames`) with `wet` (by level) of an echo that fades by 60 dB in `seconds`."""
    size = 1 << (sound.shape[1] + round(seconds * RATE)).bit_length()
    result = sound.copy()
    for channel in range(2):
        tail = fading(band(noise(rng, seconds), 150, rng.uniform(3_000, 8_000)), seconds / 6.9)
        tail *= np.float32(wet / np.sqrt(np.sum(np.square(tail, dtype=np.float64)) + 1e-12))
        spectrum = np.fft.rfft(sound[channel], size) * np.fft.rfft(tail, size)
        result[channel] += np.fft.irfft(spectrum, size)[: sound.shape[1]].astype(np.float32)
    return result
