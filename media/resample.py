"""Another sample rate for a stream of blocks, in constant memory, with the exact length and no shift."""

from fractions import Fraction

import numpy as np
import soxr

from media.blocks import FloatBlock


def resampled_frames(frames: int, source_rate: int, target_rate: int) -> int:
    """How many frames `frames` become: frames * target / source as `round` rounds it, but never none of some."""
    return max(round(Fraction(frames * target_rate, source_rate)), min(frames, 1))


class Resampler:
    """soxr's HQ resampler over blocks (channels x frames, float32); rates in hertz."""

    def __init__(self, source_rate: int, target_rate: int, channels: int) -> None:
        self.source_rate = source_rate
        self._target_rate = target_rate
        self._channels = channels
        self._stream = soxr.ResampleStream(source_rate, target_rate, channels, dtype="float32", quality="HQ")
        self._taken = 0
        self._given = 0

    def push(self, block: FloatBlock) -> FloatBlock:
        """The frames that are certain after `block`; a few are still to come, and there may be none yet."""
        self._taken += block.shape[1]
        return self._resampled(block, last=False)

    def finish(self) -> FloatBlock:
        """The last frames: with them the output is exactly as long as `resampled_frames` says."""
        missing = resampled_frames(self._taken, self.source_rate, self._target_rate) - self._given
        rest = self._resampled(np.empty((self._channels, 0), dtype=np.float32), last=True)[:, :missing]
        return np.pad(rest, ((0, 0), (0, missing - rest.shape[1])))

    def _resampled(self, block: FloatBlock, *, last: bool) -> FloatBlock:
        out: FloatBlock = self._stream.resample_chunk(np.ascontiguousarray(block.T), last=last)
        self._given += out.shape[0]
        return out.T
