"""The batches of a separation: which network runs which chunks, in what order. Runs none and knows no samples."""

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.engine.network import Network
from worker.engine.plan import Chunk, Pass, batches


@dataclass(frozen=True, kw_only=True)
class Walker:
    """A network and the passes it makes over the mix.

    `rows`: which of its sources are wanted. `shares`: what its answer counts for each of these.
    """

    network: Network
    passes: tuple[Pass, ...]
    rows: tuple[int, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Run:
    """A batch: the chunks a network runs together, each with its pass. `window`: frames it sees of each."""

    walker: Walker
    steps: tuple[tuple[Pass, Chunk], ...]
    window: int

    @property
    def start(self) -> int:
        """The first frame it answers for."""
        return self.steps[0][1].start

    @property
    def end(self) -> int:
        """One past the last frame it must see."""
        last = self.steps[-1][1]
        return last.start - self.lead(last) + self.window

    def lead(self, chunk: Chunk) -> int:
        """How many frames of the window lie before the chunk."""
        return (self.window - chunk.frames) // 2


def runs_of(walkers: Sequence[Walker]) -> Iterator[Run]:
    """The batches of all networks in the order of their first chunks, so that nothing before a run can change later."""
    return heapq.merge(*(_runs(walker) for walker in walkers), key=lambda run: run.start)


def _runs(walker: Walker) -> Iterator[Run]:
    network = walker.network
    for steps in batches(walker.passes, size=network.batch_size, window=network.window_frames):
        yield Run(walker, steps, network.window_frames(steps[0][1].frames))


def with_next(runs: Iterator[Run]) -> Iterator[tuple[Run, Run | None]]:
    """Each run with the one that follows it."""
    for run, following in itertools.pairwise(itertools.chain(runs, (None,))):
        if run is not None:
            yield run, following


def picked(rows: tuple[int, ...]) -> slice | list[int]:
    """These rows as an index: neighbours as a slice, which copies nothing and on a GPU waits for nothing."""
    neighbours = rows == tuple(range(rows[0], rows[0] + len(rows)))
    return slice(rows[0], rows[0] + len(rows)) if neighbours else list(rows)


def reach(walkers: Sequence[Walker]) -> int:
    """How far before its chunk a network may look."""
    return max(walker.network.window_frames(walker.network.segment_frames) for walker in walkers)
