"""One mix streaming through a separator: blocks in, finished blocks of each stem out, in memory that does not grow."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from media.blocks import FloatBlock
from worker.engine.attempts import answer
from worker.engine.errors import Canceled, InvalidOptions, MixChanged
from worker.engine.mixdown import complete
from worker.engine.network import FloatBatch, Network
from worker.engine.options import SeparationOptions
from worker.engine.plan import Chunk, Pass, batches
from worker.engine.statistics import MixStatistics
from worker.engine.windows import MixWindow


@dataclass(frozen=True, kw_only=True)
class Walker:
    """A network and the passes it makes over the mix.

    `rows`: which of its sources are wanted. `shares`: what its answer counts for each of these.
    """

    network: Network
    passes: tuple[Pass, ...]
    rows: tuple[int, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """All there is to know before the first block.

    `names`: the sources computed, in order. `frames`: length of the mix. `channels`: of the mix and of each stem.
    """

    walkers: tuple[Walker, ...]
    names: tuple[str, ...]
    frames: int
    channels: int
    statistics: MixStatistics
    options: SeparationOptions


@dataclass(frozen=True)
class _Run:
    walker: Walker
    steps: tuple[tuple[Pass, Chunk], ...]
    window: int

    @property
    def start(self) -> int:
        return self.steps[0][1].start

    @property
    def end(self) -> int:
        last = self.steps[-1][1]
        return last.start - self.lead(last) + self.window

    def lead(self, chunk: Chunk) -> int:
        return (self.window - chunk.frames) // 2


class Stream(Iterator[dict[str, FloatBlock]]):
    """Iterate it for the finished blocks: a dict of stem name to channels x frames, one frame range for all stems.

    Runs networks only while it is asked for a block. `warnings`: (code, detail) pairs so far.
    Raises Canceled, MixChanged, OutOfMemory, OutputInvalid, DeviceFailed.
    """

    def __init__(
        self,
        score: Score,
        blocks: Iterable[FloatBlock],
        *,
        progress: Callable[[float], None],
        canceled: Callable[[], bool],
    ) -> None:
        self.warnings: list[tuple[str, str]] = []
        self._score = score
        self._blocks = iter(blocks)
        self._progress = progress
        self._canceled = canceled
        self._mix = MixWindow(score.channels)
        self._stems = score.walkers[0].network.stem_window(len(score.names))
        self._finished = self._flow()

    def __next__(self) -> dict[str, FloatBlock]:
        return next(self._finished)

    @property
    def silent(self) -> tuple[str, ...]:
        """The sources for which the networks have answered with nothing but zeros so far."""
        return tuple(name for name, loudest in zip(self._score.names, self._stems.loudest, strict=True) if not loudest)

    @property
    def held_frames(self) -> int:
        """How many frames of mix and stems are in memory now; it does not grow with the length of the mix."""
        return self._mix.end - self._mix.start + self._stems.frames

    def _flow(self) -> Iterator[dict[str, FloatBlock]]:
        total = sum(walk.count for walker in self._score.walkers for walk in walker.passes)
        done = 0
        for run in _runs(self._score.walkers):
            if run.start > self._stems.start:
                yield self._finish(run.start)
            if self._canceled():
                raise Canceled
            self._read(run.end)
            self._perform(run)
            done += len(run.steps)
            self._progress(done / total)
        yield self._finish(self._score.frames)
        self._expect_end()

    def _read(self, until: int) -> None:
        until = min(until, self._score.frames)
        while self._mix.end < until:
            block = next(self._blocks, None)
            if block is None:
                raise MixChanged(f"The mix ended after {self._mix.end} of {self._score.frames} frames.")
            self._take(block)

    def _take(self, block: FloatBlock) -> None:
        if block.ndim != 2 or block.shape[0] != self._score.channels:
            raise InvalidOptions(f"A block must be {self._score.channels} channels x frames, not {block.shape}.")
        if self._mix.end + block.shape[-1] > self._score.frames:
            raise MixChanged(f"The mix has more than the {self._score.frames} frames it was said to have.")
        self._mix.append(block)

    def _expect_end(self) -> None:
        for block in self._blocks:
            self._take(block)

    def _perform(self, run: _Run) -> None:
        answers = answer(run.walker.network, self._inputs(run), lambda *warning: self.warnings.append(warning))
        for (walk, chunk), found in zip(run.steps, answers, strict=True):
            lead = run.lead(chunk)
            wanted = found[_picked(run.walker.rows), :, lead : lead + chunk.frames]
            self._stems.add(chunk.start, wanted, run.walker.shares, walk.weights(chunk))

    def _inputs(self, run: _Run) -> FloatBatch:
        """The windows of the run's chunks, normalised; zeros where the mix has no frames."""
        statistics = self._score.statistics
        inputs = np.zeros((len(run.steps), self._score.channels, run.window), np.float32)
        for row, (_, chunk) in zip(inputs, run.steps, strict=True):
            written = self._mix.place(chunk.start - run.lead(chunk), row)
            row[:, written] -= np.float32(statistics.mean)
            row[:, written] /= np.float32(statistics.scale)
        return inputs

    def _finish(self, until: int) -> dict[str, FloatBlock]:
        self._read(until)
        start, statistics = self._stems.start, self._score.statistics
        found = self._stems.take(until, scale=statistics.scale, offset=statistics.mean)
        stems = dict(zip(self._score.names, found, strict=True))
        finished = complete(stems, self._mix.cut(start, until), self._score.options)
        self._mix.drop(until - _reach(self._score.walkers))
        return finished


def _runs(walkers: Sequence[Walker]) -> Iterator[_Run]:
    """The batches of all networks in the order of their first chunks, so that nothing before a run can change later."""
    return heapq.merge(*(_runs_of(walker) for walker in walkers), key=lambda run: run.start)


def _runs_of(walker: Walker) -> Iterator[_Run]:
    network = walker.network
    for steps in batches(walker.passes, size=network.batch_size, window=network.window_frames):
        yield _Run(walker, steps, network.window_frames(steps[0][1].frames))


def _picked(rows: tuple[int, ...]) -> slice | list[int]:
    """These rows as an index: neighbours as a slice, which copies nothing and on a GPU waits for nothing."""
    neighbours = rows == tuple(range(rows[0], rows[0] + len(rows)))
    return slice(rows[0], rows[0] + len(rows)) if neighbours else list(rows)


def _reach(walkers: Sequence[Walker]) -> int:
    """How far before its chunk a network may look."""
    return max(walker.network.window_frames(walker.network.segment_frames) for walker in walkers)
