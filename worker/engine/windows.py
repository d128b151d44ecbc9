"""The sliding windows of a stream: the part of the mix still needed, and the part of the stems not yet finished."""

import numpy as np

from media.blocks import FloatBlock
from worker.engine.network import FloatBatch


class MixWindow:
    """The part of the mix that is still needed. Frames are counted from the start of the mix."""

    def __init__(self, channels: int) -> None:
        self.start = 0
        self._held: FloatBlock = np.zeros((channels, 0), np.float32)

    @property
    def end(self) -> int:
        """How many frames of the mix have come in."""
        return self.start + self._held.shape[-1]

    def append(self, block: FloatBlock) -> None:
        """Take in the next block (channels x frames)."""
        self._held = np.concatenate([self._held, block], axis=-1)

    def drop(self, before: int) -> None:
        """Forget the frames before this one."""
        if before > self.start:
            self._held = self._held[:, before - self.start :].copy()
            self.start = before

    def cut(self, start: int, end: int) -> FloatBlock:
        """A copy of these frames, which must be held (channels x frames)."""
        return self._held[:, start - self.start : end - self.start].copy()

    def place(self, start: int, into: FloatBlock) -> slice:
        """Copy the frames from `start` on into `into` (channels x frames) where the mix has them.

        Returns which frames of `into` were written; the others lie outside the mix and are left as they are.
        """
        first = max(start, self.start)
        last = max(first, min(start + into.shape[-1], self.end))
        into[:, first - start : last - start] = self._held[:, first - self.start : last - self.start]
        return slice(first - start, last - start)


class StemWindow:
    """See `Window`: the one in memory."""

    def __init__(self, sources: int, channels: int) -> None:
        self.start = 0
        self.loudest: FloatBatch = np.zeros(sources, np.float32)
        self._sum: FloatBatch = np.zeros((sources, channels, 0), np.float32)

    @property
    def frames(self) -> int:
        """See `Window`."""
        return self._sum.shape[-1]

    def add(self, start: int, answer: FloatBatch, shares: tuple[float, ...], weights: FloatBlock) -> None:
        """See `Window`."""
        late = max(0, self.start - start)
        first, frames = start + late - self.start, answer.shape[-1] - late
        if frames > 0:
            self._grow(first + frames)
            counts = np.asarray(shares, np.float32)[:, None, None] * weights[late:]
            self._sum[..., first : first + frames] += answer[..., late:] * counts

    def take(self, until: int, *, scale: float, offset: float) -> FloatBatch:
        """See `Window`."""
        count = until - self.start
        self._grow(count)
        finished = self._sum[..., :count].copy()
        self._sum = self._sum[..., count:].copy()
        self.start = until
        self.loudest = np.maximum(self.loudest, np.abs(finished).max(axis=(1, 2), initial=0.0))
        finished *= np.float32(scale)
        finished += np.float32(offset)
        return finished

    def _grow(self, frames: int) -> None:
        missing = frames - self.frames
        if missing > 0:
            self._sum = np.pad(self._sum, ((0, 0), (0, 0), (0, missing)))
