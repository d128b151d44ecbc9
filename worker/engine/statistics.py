"""Mean and deviation of a mix as it streams by: what Demucs normalises with. Keeps no samples."""

from dataclasses import dataclass

import numpy as np

from media.blocks import FloatBlock

FLOOR = 1e-8  # as in demucs.api, so that silence does not divide by zero


@dataclass(frozen=True)
class MixStatistics:
    """Of the mono mix (the mean over channels), at the model's rate: its mean and its standard deviation."""

    mean: float
    deviation: float

    @property
    def scale(self) -> float:
        """What the mix is divided by."""
        return self.deviation + FLOOR


class StatisticsMeter:
    """Adds up the statistics of the blocks it is given, in float64 (Chan's parallel update)."""

    def __init__(self) -> None:
        self.frames = 0
        self._mean = 0.0
        self._squares = 0.0

    def add(self, block: FloatBlock) -> None:
        """Take in the next block (channels x frames)."""
        count = block.shape[-1]
        if count == 0:
            return
        mono = block.mean(axis=0, dtype=np.float64)
        mean = float(mono.mean())
        away = mean - self._mean
        total = self.frames + count
        self._squares += float(np.square(mono - mean).sum()) + away * away * self.frames * count / total
        self._mean += away * count / total
        self.frames = total

    @property
    def statistics(self) -> MixStatistics:
        """Of all blocks so far; the deviation is the sample's (n - 1), and 0 for fewer than two frames."""
        spread = self._squares / (self.frames - 1) if self.frames > 1 else 0.0
        return MixStatistics(self._mean, spread**0.5)
