"""Noise as a recording: the cheapest one there is, at the tiny model's rate."""

import io
import wave

import numpy as np

from tests.tiny_model import RATE


def noise(seconds: float, channels: int = 2, *, seed: int = 1) -> bytes:
    """A 16-bit WAV file."""
    samples = np.random.default_rng(seed).integers(-8_000, 8_000, int(seconds * RATE) * channels, dtype="<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as song:
        song.setnchannels(channels)
        song.setsampwidth(2)
        song.setframerate(RATE)
        song.writeframes(samples.tobytes())
    return file.getvalue()
