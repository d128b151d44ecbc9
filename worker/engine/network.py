"""What the engine asks of a network: one batch in, one batch out. Says nothing of how; no torch here."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatBatch = NDArray[np.float32]
"""Audio as batch x channels x frames, or batch x sources x channels x frames (the batch left out where it is one)."""


class Network(Protocol):
    """One network on its device, ready to run.

    `sources`, `sample_rate` (Hz) and `channels` of its audio. `segment_frames`: the length of a whole chunk.
    `device`, `precision`: what it runs on and in. `batch_size`: how many segments to run together; whoever finds it
    too large may lower it.
    """

    sources: tuple[str, ...]
    sample_rate: int
    channels: int
    segment_frames: int
    device: str
    precision: str
    batch_size: int

    @property
    def memory_bytes(self) -> int:
        """What it holds: its weights in every form they are kept in."""
        ...

    @property
    def run_bytes(self) -> int:
        """What running one batch takes besides, estimated."""
        ...

    def window_frames(self, frames: int) -> int:
        """How many frames the network wants to see to answer for a chunk of `frames`; the chunk lies in the middle."""
        ...

    def forward(self, batch: FloatBatch) -> FloatBatch:
        """Batch x channels x window frames to batch x sources x channels x window frames.

        Raises OutOfMemory, DeviceFailed. Never changes its argument.
        """
        ...

    def precise(self, batch: FloatBatch) -> FloatBatch:
        """The same in float32 throughout."""
        ...

    def release(self) -> None:
        """Give memory that is held but not used back to the device."""
        ...

    def unload(self) -> None:
        """Let go of the weights at once, whoever still holds the network; it cannot run again."""
        ...
