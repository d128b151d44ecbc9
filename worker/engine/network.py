"""What the engine asks of a network: one batch in, one batch out. Says nothing of how; no torch here."""

from concurrent.futures import Executor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FloatBatch = NDArray[np.float32]
"""Audio as batch x channels x frames, or batch x sources x channels x frames (the batch left out where it is one)."""

Answers = Any
"""What a network answered, batch x sources x channels x frames, or a part of it, as an array where the network left it:
in memory or on its device. It can be indexed, and its window can add it up; nothing else is promised."""


class Window(Protocol):
    """Sums up weighted answers of the networks until no more can come for a frame.

    `start`: of the frames not handed out yet. `loudest`: of each source, before scaling, among those handed out.
    """

    start: int

    @property
    def frames(self) -> int:
        """How many frames are held."""
        ...

    @property
    def loudest(self) -> FloatBatch:
        """Sources."""
        ...

    def add(self, start: int, answer: Answers, shares: tuple[float, ...], weights: NDArray[np.float32]) -> None:
        """Add an answer (sources x channels x frames) at `start`, times each source's share and each frame's weight;
        what lies before the window is left out."""
        ...

    def take(self, until: int, *, scale: float, offset: float) -> FloatBatch:
        """Hand out the finished frames before `until` (sources x channels x frames), scaled and lifted; forget them."""
        ...


class Network(Protocol):
    """One network on its device, ready to run.

    `sources`, `sample_rate` (Hz) and `channels` of its audio. `segment_frames`: the length of a whole chunk.
    `device`, `precision`: what it runs on and in. `batch_size`: how many segments to run together; whoever finds it
    too large may lower it. `lane`: where to have `forward` called, so that one can do something else meanwhile; None
    where one calls it oneself, for it takes all of the processor.
    """

    sources: tuple[str, ...]
    sample_rate: int
    channels: int
    segment_frames: int
    device: str
    precision: str
    batch_size: int
    lane: Executor | None

    @property
    def memory_bytes(self) -> int:
        """What it holds: its weights in every form they are kept in."""
        ...

    @property
    def run_bytes(self) -> int:
        """What running takes besides, estimated: a batch of one. Larger ones take what is free."""
        ...

    def window_frames(self, frames: int) -> int:
        """How many frames the network wants to see to answer for a chunk of `frames`; the chunk lies in the middle."""
        ...

    def stem_window(self, sources: int) -> Window:
        """An empty window for answers of this network and its like, where they are computed."""
        ...

    def forward(self, batch: FloatBatch) -> Answers:
        """Batch x channels x window frames to batch x sources x channels x window frames.

        Raises OutOfMemory, DeviceFailed. Never changes its argument.
        """
        ...

    def precise(self, batch: FloatBatch) -> Answers:
        """The same in float32 throughout."""
        ...

    def broken(self, answers: Answers) -> list[int]:
        """Which rows of its answers have a number that is not finite. Raises DeviceFailed."""
        ...

    def retreat(self) -> bool:
        """Go on, on the CPU, from now on; False where that is not allowed or it is there already."""
        ...

    def release(self) -> None:
        """Give memory that is held but not used back to the device."""
        ...

    def unload(self) -> None:
        """Let go of the weights at once, whoever still holds the network; it cannot run again."""
        ...
