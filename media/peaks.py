"""A waveform's outline and loudness, gathered block by block in bounded memory. Knows no file."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from media.blocks import FloatBlock

_BINS = 16_384
_FIRST_WIDTH = 64


@dataclass(frozen=True)
class Peaks:
    """A waveform to draw: for each of `points` stretches of equal length the lowest and highest sample of any channel.

    Values are rounded to four digits; `frames` is the length of the whole in frames. `as_json` is for json.dumps.
    """

    frames: int
    minimum: tuple[float, ...]
    maximum: tuple[float, ...]

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Peaks":
        """What `as_json` gave, read back."""
        return cls(stored["frames"], tuple(stored["minimum"]), tuple(stored["maximum"]))

    @property
    def points(self) -> int:
        """How many stretches there are."""
        return len(self.minimum)

    def as_json(self) -> dict[str, int | list[float]]:
        """Plain numbers and lists."""
        return {
            "frames": self.frames,
            "points": self.points,
            "minimum": list(self.minimum),
            "maximum": list(self.maximum),
        }

    def reduced(self, points: int) -> "Peaks":
        """The same outline in at most `points` stretches."""
        return _outline(self.frames, np.array(self.minimum), np.array(self.maximum), points)


class PeaksMeter:
    """Takes blocks (channels x frames) and knows their peak, RMS and outline. About 300 kB, whatever the length."""

    def __init__(self) -> None:
        self.frames = 0
        self.peak = 0.0
        self._samples = 0
        self._squares = 0.0
        self._width = _FIRST_WIDTH
        self._low = np.full(_BINS, np.inf, dtype=np.float32)
        self._high = np.full(_BINS, -np.inf, dtype=np.float32)

    @property
    def rms(self) -> float:
        """Root of the mean square over all channels, full scale at 1."""
        return math.sqrt(self._squares / self._samples) if self._samples else 0.0

    def add(self, block: FloatBlock) -> None:
        """Take the next block, of any number of frames."""
        if not block.size:
            return
        self._samples += block.size
        self._squares += float(np.einsum("ij,ij->", block, block, dtype=np.float64))
        low, high = block.min(axis=0), block.max(axis=0)
        self.peak = max(self.peak, float(high.max()), -float(low.min()))
        end = self.frames + block.shape[1]
        while end > self._width * _BINS:
            self._halve()
        self._fold(low, high)
        self.frames = end

    def peaks(self, points: int) -> Peaks:
        """The outline in at most `points` stretches (up to 16,384 are known), fewer when the audio is very short."""
        bins = -(-self.frames // self._width)
        return _outline(self.frames, self._low[:bins], self._high[:bins], points)

    def _fold(self, low: NDArray[np.float32], high: NDArray[np.float32]) -> None:
        first = self.frames // self._width
        edges = np.arange((first + 1) * self._width, self.frames + low.size, self._width) - self.frames
        starts = np.concatenate(([0], edges))
        bins = slice(first, first + starts.size)  # the first of them may have been begun by an earlier block
        self._low[bins] = np.minimum(self._low[bins], np.minimum.reduceat(low, starts))
        self._high[bins] = np.maximum(self._high[bins], np.maximum.reduceat(high, starts))

    def _halve(self) -> None:
        self._width *= 2
        half = _BINS // 2
        self._low[:half] = self._low.reshape(-1, 2).min(axis=1)
        self._high[:half] = self._high.reshape(-1, 2).max(axis=1)
        self._low[half:], self._high[half:] = np.inf, -np.inf


def _outline(frames: int, low: NDArray[Any], high: NDArray[Any], points: int) -> Peaks:
    count = min(points, low.size)
    if count < 1:
        return Peaks(frames, (), ())
    starts = np.arange(count) * low.size // count
    return Peaks(frames, _rounded(np.minimum.reduceat(low, starts)), _rounded(np.maximum.reduceat(high, starts)))


def _rounded(values: NDArray[Any]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
