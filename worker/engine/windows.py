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
    """Sums up weighted answers of the networks until no more can come for a frame."""

    def __init__(self, sources: int, channels: int) -> None:
        self.start = 0
        self._sum: FloatBatch = np.zeros((sources, channels, 0), np.float32)

    @property
    def frames(self) -> int:
        """How many frames are held."""
        return self._sum.shape[-1]

    def add(self, start: int, answer: FloatBatch) -> None:
        """Add an answer (sources x channels x frames) at `start`; what lies before the window is left out."""
        late = max(0, self.start - start)
        first, frames = start + late - self.start, answer.shape[-1] - late
        if frames > 0:
            self._grow(first + frames)
            self._sum[..., first : first + frames] += answer[..., late:]

    def take(self, until: int) -> FloatBatch:
        """Hand out the finished frames before `until` (sources x channels x frames) and forget them."""
        count = until - self.start
        self._grow(count)
        finished = self._sum[..., :count].copy()
        self._sum = self._sum[..., count:].copy()
        self.start = until
        return finished

    def _grow(self, frames: int) -> None:
        missing = frames - self.frames
        if missing > 0:
            self._sum = np.pad(self._sum, ((0, 0), (0, 0), (0, missing)))
