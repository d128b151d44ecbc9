"""The sliding windows of a stream: the part of the mix still needed, and the part of the stems not yet finished."""

import numpy as np

from media.blocks import FloatBlock
from worker.engine.network import FloatBatch


class _Held:
    """A run of frames (any shape x frames) in one array that is kept from block to block: new pages cost more than
    the arithmetic. `frames`: how many there are."""

    def __init__(self, *shape: int) -> None:
        self.frames = 0
        self._room: FloatBatch = np.zeros((*shape, 0), np.float32)

    def __getitem__(self, frames: slice) -> FloatBatch:
        """A view of these frames."""
        return self._room[..., : self.frames][..., frames]

    def grow(self, frames: int) -> None:
        """Hold so many more, of zeros."""
        end = self.frames + frames
        if end > self._room.shape[-1]:
            larger = np.zeros((*self._room.shape[:-1], end), np.float32)
            larger[..., : self.frames] = self[:]
            self._room = larger
        self._room[..., self.frames : end] = 0.0
        self.frames = end

    def drop(self, frames: int) -> None:
        """Forget the first so many."""
        left = self.frames - frames
        self._room[..., :left] = self[frames:]
        self.frames = left


class MixWindow:
    """The part of the mix that is still needed. Frames are counted from the start of the mix."""

    def __init__(self, channels: int) -> None:
        self.start = 0
        self._held = _Held(channels)

    @property
    def end(self) -> int:
        """How many frames of the mix have come in."""
        return self.start + self._held.frames

    def append(self, block: FloatBlock) -> None:
        """Take in the next block (channels x frames)."""
        first = self._held.frames
        self._held.grow(block.shape[-1])
        self._held[first:][...] = block

    def drop(self, before: int) -> None:
        """Forget the frames before this one."""
        if before > self.start:
            self._held.drop(before - self.start)
            self.start = before

    def cut(self, start: int, end: int) -> FloatBlock:
        """A copy of these frames, which must be held (channels x frames)."""
        return self._held[start - self.start : end - self.start].copy()

    def place(self, start: int, into: FloatBlock) -> slice:
        """Copy the frames from `start` on into `into` (channels x frames) where the mix has them.

        Returns which frames of `into` were written; the others lie outside the mix and are left as they are.
        """
        first = max(start, self.start)
        last = max(first, min(start + into.shape[-1], self.end))
        into[:, first - start : last - start] = self._held[first - self.start : last - self.start]
        return slice(first - start, last - start)


class StemWindow:
    """See `Window`: the one in memory."""

    def __init__(self, sources: int, channels: int) -> None:
        self.start = 0
        self.loudest: FloatBatch = np.zeros(sources, np.float32)
        self._sum = _Held(sources, channels)

    @property
    def frames(self) -> int:
        """See `Window`."""
        return self._sum.frames

    def add(self, start: int, answer: FloatBatch, shares: tuple[float, ...], weights: FloatBlock) -> None:
        """See `Window`."""
        late = max(0, self.start - start)
        first, frames = start + late - self.start, answer.shape[-1] - late
        if frames > 0:
            self._grow(first + frames)
            sums = self._sum[first : first + frames]
            for row, share in enumerate(shares):
                sums[row] += answer[row, :, late:] * (np.float32(share) * weights[late:])

    def take(self, until: int, *, scale: float, offset: float) -> FloatBatch:
        """See `Window`."""
        count = until - self.start
        self._grow(count)
        finished = self._sum[:count].copy()
        self._sum.drop(count)
        self.start = until
        for row, block in enumerate(finished):
            self.loudest[row] = max(self.loudest[row], block.max(initial=0.0), -block.min(initial=0.0))
        finished *= np.float32(scale)
        finished += np.float32(offset)
        return finished

    def _grow(self, frames: int) -> None:
        self._sum.grow(max(0, frames - self._sum.frames))
