"""One mix streaming through a separator: blocks in, finished blocks of each stem out, in memory that does not grow."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from media.blocks import FloatBlock
from worker.engine.attempts import answer
from worker.engine.errors import Canceled, InvalidOptions, MixChanged
from worker.engine.mixdown import complete
from worker.engine.network import Answers, FloatBatch
from worker.engine.options import SeparationOptions
from worker.engine.runs import Run, Walker, picked, reach, runs_of, with_next
from worker.engine.statistics import MixStatistics
from worker.engine.windows import MixWindow


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


class Stream(Iterator[dict[str, FloatBlock]]):
    """Iterate it for the finished blocks: a dict of stem name to channels x frames, one frame range for all stems.

    Runs networks only while it is asked for a block; but a GPU is given the next batch before a block is handed out,
    and goes on with it meanwhile. `warnings`: (code, detail) pairs so far.
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
        self._prepared: FloatBatch | None = None
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
        for run, following in with_next(runs_of(self._score.walkers)):
            finished = self._finish(run.start) if run.start > self._stems.start else None
            # A GPU computes while others make use of what is finished, and while the next inputs are made ready.
            ahead = run.walker.network.lane is not None
            answers = self._begin(run) if ahead else None
            if finished is not None:
                yield finished
            if self._canceled():
                raise Canceled
            if ahead and following is not None:
                self._prepared = self._inputs(following)
            self._add(run, self._begin(run) if answers is None else answers)
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

    def _begin(self, run: Run) -> Iterator[Answers]:
        inputs = self._inputs(run) if self._prepared is None else self._prepared
        self._prepared = None
        return answer(run.walker.network, inputs, lambda *warning: self.warnings.append(warning))

    def _add(self, run: Run, answers: Iterator[Answers]) -> None:
        for (walk, chunk), found in zip(run.steps, answers, strict=True):
            lead = run.lead(chunk)
            wanted = found[picked(run.walker.rows), :, lead : lead + chunk.frames]
            self._stems.add(chunk.start, wanted, run.walker.shares, walk.weights(chunk))

    def _inputs(self, run: Run) -> FloatBatch:
        """The windows of the run's chunks, normalised; zeros where the mix has no frames."""
        self._read(run.end)
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
        self._mix.drop(until - reach(self._score.walkers))
        return finished
