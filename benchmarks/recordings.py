"""Recordings of noise that swells and fades, as arrays and as files of any length. Random, and always the same."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.encode import Encoder
from media.formats import FORMAT_NAMES, OutputFormat

RATE = 44_100
Samples = NDArray[np.float32]

_FORMATS = {f".{name}": OutputFormat(name, "16") for name in FORMAT_NAMES}
_LOUD, _QUIET = 0.05, 3e-3  # quiet enough that lossless hours fit on a disk, loud enough for the stems to be heard


def noise(seconds: float, *, channels: int = 2) -> Samples:
    """Channels x frames, far enough below full scale that no stem of it is cut or lowered."""
    frames = int(seconds * RATE)
    drawn = np.random.default_rng(3).standard_normal((channels, frames)) * _LOUD
    return (drawn * (0.2 + np.abs(np.sin(np.arange(frames) / 30_000.0)))).astype(np.float32)


def noise_file(path: Path, seconds: float) -> Path:
    """The same as a stereo file, of 16 bits where its format has bits, in the format of its name."""
    _written(path, [noise(seconds)])
    return path


def long_file(path: Path, minutes: float) -> Path:
    """Hours of quiet mono noise, made half a minute at a time."""
    block = (np.random.default_rng(0).standard_normal((1, 30 * RATE)) * _QUIET).astype(np.float32)
    frames = round(minutes * 60 * RATE)
    whole, rest = divmod(frames, block.shape[1])
    _written(path, [*([block] * whole), block[:, :rest]])
    return path


def repeated_file(path: Path, seconds: float) -> Path:
    """Half a minute of the stereo noise again and again, in the format of its name."""
    whole, rest = divmod(round(seconds * RATE), 30 * RATE)
    block = noise(30.0)
    _written(path, [*([block] * whole), block[:, :rest]])
    return path


def decibels(wanted: Samples, found: Samples) -> float:
    """Energy of what was wanted against the difference's."""
    difference = float(np.square(wanted.astype(np.float64) - found).sum())
    energy = float(np.square(wanted, dtype=np.float64).sum())
    return float("inf") if difference == 0.0 else float(10.0 * np.log10(energy / difference))


def _written(path: Path, blocks: list[Samples]) -> None:
    with Encoder(path, _FORMATS[path.suffix], sample_rate=RATE, channels=len(blocks[0])) as encoder:
        for block in blocks:
            encoder.write(block)
