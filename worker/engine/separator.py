"""A loaded model that streams. Knows which of its networks a stem needs; knows no files and no torch."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from media.blocks import FloatBlock
from worker.engine.errors import InvalidOptions
from worker.engine.lane import begun
from worker.engine.network import Network
from worker.engine.options import SeparationOptions
from worker.engine.plan import draw_origins, passes
from worker.engine.runs import Walker
from worker.engine.statistics import MixStatistics
from worker.engine.stream import Score, Stream

WARM_UP_SECONDS = {"cpu": 60.0, "cuda": 120.0}
"""What loading a model and its warm-up may take together, by kind of device, before it is told as too slow."""


@dataclass(frozen=True)
class Member:
    """One network of a bag. `weights`: what its answer counts for each source, before normalisation."""

    network: Network
    weights: tuple[float, ...]


class Separator:
    """A model, loaded and on its device. Not for several threads at a time.

    `name`, `sources`, `sample_rate` (Hz), `channels` of its audio; `segment_frames`: what a network sees at once;
    `warnings`: (code, detail) pairs from loading.
    """

    def __init__(self, name: str, members: tuple[Member, ...], *, warnings: tuple[tuple[str, str], ...] = ()) -> None:
        first = members[0].network
        self.name = name
        self.sources = first.sources
        self.sample_rate = first.sample_rate
        self.channels = first.channels
        self.segment_frames = max(member.network.segment_frames for member in members)
        self.warnings = warnings
        self._members = members

    @property
    def device(self) -> str:
        """What it runs on now; several, with a comma between, once memory sent one of its networks to the CPU."""
        return ", ".join(dict.fromkeys(network.device for network in self.networks))

    @property
    def precision(self) -> str:
        """What it computes in now."""
        return ", ".join(dict.fromkeys(network.precision for network in self.networks))

    @property
    def networks(self) -> tuple[Network, ...]:
        """Its networks, in the bag's order."""
        return tuple(member.network for member in self._members)

    @property
    def memory_bytes(self) -> int:
        """What it holds: the weights of all its networks, in every form they are kept in; 0 once released."""
        return sum(network.memory_bytes for network in self.networks)

    @property
    def run_bytes(self) -> int:
        """What it takes besides while it runs, at least, estimated: its networks run one after the other."""
        return max((network.run_bytes for network in self.networks), default=0)

    def release(self) -> None:
        """Give its memory back at once, the device's too. It cannot separate any more."""
        for network in self.networks:
            network.unload()
        self._members = ()

    def warm_up(self) -> float:
        """Run one segment of silence through every network, so that no job pays for first times; seconds it took.

        Raises OutOfMemory, DeviceFailed.
        """
        started = time.perf_counter()
        for network in self.networks:
            window = network.window_frames(network.segment_frames)
            network.broken(begun(network, np.zeros((1, self.channels, window), np.float32))())
        return time.perf_counter() - started

    def stream(
        self,
        blocks: Iterable[FloatBlock],
        *,
        frames: int,
        statistics: MixStatistics,
        options: SeparationOptions,
        progress: Callable[[float], None] | None = None,
        canceled: Callable[[], bool] | None = None,
    ) -> Stream:
        """Separate a mix of `frames` frames that comes in blocks (channels x frames, at `sample_rate`).

        `statistics` are the whole mix's (see StatisticsMeter). `progress` gets the fraction done (0 to 1) after every
        batch of segments; `canceled` is asked before each (a GPU is on its way with one by then). The blocks that come
        out have sizes of their own. The result equals that of `demucs.apply.apply_model`, as `demucs.api.Separator`
        calls it, with the generator seeded alike.
        Raises InvalidOptions; while streaming, see Stream.
        """
        if frames < 1:
            raise InvalidOptions("A mix must have at least one frame.")
        names = options.sources(self.sources)
        score = Score(
            walkers=self._walkers(names, frames, options),
            names=names,
            frames=frames,
            channels=self.channels,
            statistics=statistics,
            options=options,
        )
        return Stream(score, blocks, progress=progress or _unheard, canceled=canceled or _never)

    def _walkers(self, names: tuple[str, ...], frames: int, options: SeparationOptions) -> tuple[Walker, ...]:
        """The networks that say something about these sources, each with its passes."""
        rows = tuple(self.sources.index(name) for name in names)
        totals = [sum(member.weights[row] for member in self._members) for row in rows]
        origins = draw_origins(
            models=len(self._members), shifts=options.shifts, seed=options.seed or 0, sample_rate=self.sample_rate
        )
        passing = max(1, options.shifts)
        return tuple(
            Walker(
                network=member.network,
                passes=passes(
                    frames=frames,
                    segment=member.network.segment_frames,
                    overlap=options.overlap,
                    origins=own,
                ),
                rows=rows,
                shares=tuple(member.weights[row] / (total * passing) for row, total in zip(rows, totals, strict=True)),
            )
            for member, own in zip(self._members, origins, strict=True)
            if any(member.weights[row] for row in rows)
        )


def _unheard(fraction: float) -> None:
    """Progress that nobody asked for."""


def _never() -> bool:
    return False
