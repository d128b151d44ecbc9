"""Adds stems up into one file, block by block: memory does not grow with the length. Knows no job and no storage."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.blocks import FloatBlock
from media.formats import OutputFormat
from media.peaks import PeaksMeter

_BLOCK_FRAMES = 65_536


class Unwanted(Exception):
    """Nobody waits for this mix any more."""


@dataclass(frozen=True)
class Part:
    """One stem's file and how it is in the mix. `gain` is linear; `pan` from -1 (left) to 1 (right)."""

    path: Path
    gain: float
    pan: float


@dataclass(frozen=True)
class Target:
    """The file to be written, in Hz; `channels` are those of the stems."""

    path: Path
    kind: OutputFormat
    sample_rate: int
    channels: int


@dataclass(frozen=True)
class Rendered:
    """What came out: length in frames, loudest sample (full scale at 1), and the gain that kept it under full scale."""

    frames: int
    channels: int
    peak: float
    gain: float


def render(parts: Sequence[Part], target: Target, *, is_unwanted: Callable[[], bool] = lambda: False) -> Rendered:
    """Write the sum of `parts`. A sum above full scale is written once more, softer, unless it is float.

    Stems of mono recordings stay mono until one is panned. Raises MediaError, OSError, and Unwanted as soon as
    `is_unwanted`, asked before each block; then there is no file.
    """
    channels = 1 if target.channels == 1 and not any(part.pan for part in parts) else 2
    target = replace(target, channels=channels)
    rendered = _write(parts, target, gain=1.0, is_unwanted=is_unwanted)
    floating = target.kind.bit_depth == "32f" and not target.kind.lossy
    if floating or rendered.peak <= 1.0:
        return rendered
    return _write(parts, target, gain=1.0 / rendered.peak, is_unwanted=is_unwanted)


def panned(pan: float) -> NDArray[np.float32]:
    """How left and right of a stem reach left and right of the mix (2 x 2): equal power, nothing changed at 0.

    The law of the Web Audio API's StereoPannerNode for stereo, which is what a person heard in the player.
    """
    if pan == 0.0:
        return np.eye(2, dtype=np.float32)
    angle = (pan + 1.0 if pan < 0.0 else pan) * math.pi / 2
    near, far = math.cos(angle), math.sin(angle)
    law = [[1.0, near], [0.0, far]] if pan < 0.0 else [[near, 0.0], [far, 1.0]]
    return np.array(law, dtype=np.float32)


def _write(parts: Sequence[Part], target: Target, *, gain: float, is_unwanted: Callable[[], bool]) -> Rendered:
    # Heavy, and only needed here.
    from media.encode import Encoder

    meter, rate, channels = PeaksMeter(), target.sample_rate, target.channels
    with Encoder(target.path, target.kind, sample_rate=rate, channels=channels) as encoder:
        for block in _sums(parts, rate, channels):
            if is_unwanted():
                raise Unwanted
            block *= np.float32(gain)  # noqa: PLW2901 - in place, the block is ours
            meter.add(block)
            encoder.write(block)
    return Rendered(frames=meter.frames, channels=channels, peak=meter.peak, gain=gain)


def _sums(parts: Sequence[Part], sample_rate: int, channels: int) -> Iterator[FloatBlock]:
    from media.decode import decode  # heavy, as above

    streams = [
        decode(part.path, sample_rate=sample_rate, channels=channels, block_frames=_BLOCK_FRAMES) for part in parts
    ]
    matrices = [panned(part.pan) * np.float32(part.gain) if channels == 2 else part.gain for part in parts]
    for blocks in zip_longest(*streams):
        frames = max(block.shape[1] for block in blocks if block is not None)
        total = np.zeros((channels, frames), dtype=np.float32)
        for block, matrix in zip(blocks, matrices, strict=True):
            if block is not None:
                total[:, : block.shape[1]] += np.float32(matrix) * block if channels == 1 else matrix @ block
        yield total
