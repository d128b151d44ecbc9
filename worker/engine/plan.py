"""Where segments lie on the mix and how much each counts: arithmetic only, no network and no samples.

It equals `demucs.apply.apply_model` of demucs 4.1 with `transition_power=1` and `split=True`.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from media.blocks import FloatBlock

MAX_SHIFT_SECONDS = 0.5  # as in demucs.apply


@dataclass(frozen=True)
class Chunk:
    """A stretch of the mix that one run of the network answers for.

    `start`: its first frame on the mix (below 0 where a shift put it there). `frames`: its length, at most a segment.
    `before`: how many chunks start earlier in the same pass and still reach into this one.
    """

    start: int
    frames: int
    before: int


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One walk of one network over the whole mix.

    `origin`: where the first chunk starts (0, or below for a shifted pass). `frames`: length of the mix.
    `segment`: frames of a whole chunk. `stride`: from one chunk to the next.
    """

    origin: int
    frames: int
    segment: int
    stride: int

    @property
    def count(self) -> int:
        """How many chunks there are."""
        return -(-(self.frames - self.origin) // self.stride)

    def chunks(self) -> Iterator[Chunk]:
        """All chunks in order; the last ones are shorter where the mix ends."""
        reach = (self.segment - 1) // self.stride
        for index in range(self.count):
            start = self.origin + index * self.stride
            yield Chunk(start, min(self.segment, self.frames - start), min(index, reach))

    def weights(self, chunk: Chunk) -> FloatBlock:
        """What each frame of this chunk's answer counts (frames); over all chunks of the pass they sum to 1."""
        return _shares(self.segment, self.stride, chunk.before)[: chunk.frames]


def passes(*, frames: int, segment: int, overlap: float, origins: Sequence[int]) -> tuple[Pass, ...]:
    """One pass an origin. `overlap` is a fraction of the segment."""
    stride = max(1, int((1 - overlap) * segment))
    return tuple(Pass(origin=at, frames=frames, segment=segment, stride=stride) for at in origins)


def draw_origins(*, models: int, shifts: int, seed: int, sample_rate: int) -> tuple[tuple[int, ...], ...]:
    """Where each model's passes begin, drawn in the order apply_model draws; `shifts` of 0 gives one pass at 0.

    Demucs draws from the global generator, which HTDemucs itself also draws from while it runs; ours is its own.
    Every model of a bag draws, also one that will not be run, so that asking for one stem does not move its shifts.
    """
    if shifts == 0:
        return ((0,),) * models
    draw = random.Random(seed)  # noqa: S311 (not a secret: it must be the generator Demucs draws from)
    furthest = int(MAX_SHIFT_SECONDS * sample_rate)
    return tuple(tuple(draw.randint(0, furthest) - furthest for _ in range(shifts)) for _ in range(models))


def batches(
    walks: Iterable[Pass], *, size: int, window: Callable[[int], int]
) -> Iterator[tuple[tuple[Pass, Chunk], ...]]:
    """The chunks of several passes in the order of their starts, up to `size` together.

    Only chunks share a batch for which the network wants the same `window(chunk.frames)`.
    """
    in_time = heapq.merge(*(_walk(walk) for walk in walks), key=lambda step: step[1].start)
    for _, alike in itertools.groupby(in_time, key=lambda step: window(step[1].frames)):
        while batch := tuple(itertools.islice(alike, size)):
            yield batch


def triangle(segment: int) -> FloatBlock:
    """Weights of a whole segment before normalisation (frames): rising to 1 in the middle, never 0."""
    rising = np.arange(1, segment // 2 + 1, dtype=np.float32)
    falling = np.arange(segment - segment // 2, 0, -1, dtype=np.float32)
    weights = np.concatenate([rising, falling])
    return weights / weights.max()


def _walk(walk: Pass) -> Iterator[tuple[Pass, Chunk]]:
    return ((walk, chunk) for chunk in walk.chunks())


@lru_cache(maxsize=4)
def _shares(segment: int, stride: int, before: int) -> FloatBlock:
    """The triangle divided by the sum of all triangles that lie over it."""
    weights = triangle(segment).astype(np.float64)
    total = weights.copy()
    for offset in range(stride, segment, stride):
        total[offset:] += weights[: segment - offset]
    for offset in range(stride, min(before * stride, segment - 1) + 1, stride):
        total[: segment - offset] += weights[offset:]
    shares = (weights / total).astype(np.float32)
    shares.flags.writeable = False
    return shares
