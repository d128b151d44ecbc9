"""A Demucs network in its own, plain form: public operators of demucs and torch. torch is imported here."""

import gc
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch

from worker.engine.device_errors import translated
from worker.engine.footprint import held_bytes
from worker.engine.network import Answers, FloatBatch, Window
from worker.engine.reduced import reduce
from worker.engine.windows import StemWindow

# Float32 values that are alive at once for each frame and each of the network's base channels: an estimate for the
# memory budget, from the first layers, which are the widest.
_LIVE_VALUES = 8
_ON_CPU = 1  # a batch of several is no faster a segment there


Form = Callable[[torch.Tensor], torch.Tensor]
"""Batch x channels x window frames to batch x sources x channels x window frames, on one device."""


class PlainNetwork:
    """One Demucs, HDemucs or HTDemucs on its device. See `Network`.

    `faster`: computes what `module` computes, in `precision`; without it the module does, as far as it can be lowered.
    """

    def __init__(self, module: Any, *, device: torch.device, precision: str, faster: Form | None = None) -> None:
        self._device = device
        with translated(device):
            self._module = module.to(device)
        self._faster = faster
        self._lowered = reduce(self._module, precision) if faster is None else None
        self.precision = precision if faster or self._lowered else "float32"
        self.device = str(device)
        self.sources = tuple(module.sources)
        self.sample_rate = int(module.samplerate)
        self.channels = int(module.audio_channels)
        self.segment_frames = int(self.sample_rate * module.segment)
        self._segment_bytes = 4 * _LIVE_VALUES * int(module.channels) * self.window_frames(self.segment_frames)
        self.batch_size = _ON_CPU
        self.lane: Executor | None = None

    @property
    def memory_bytes(self) -> int:
        """See `Network`."""
        return held_bytes(self._module, self._faster)

    @property
    def run_bytes(self) -> int:
        """See `Network`."""
        return self._segment_bytes

    def window_frames(self, frames: int) -> int:
        """HTDemucs always sees its training length, Demucs what its strides divide, HDemucs the chunk itself."""
        wanted = getattr(self._module, "valid_length", None)
        return frames if wanted is None else int(wanted(frames))

    def stem_window(self, sources: int) -> Window:
        """See `Network`."""
        return StemWindow(sources, self.channels)

    def forward(self, batch: FloatBatch) -> Answers:
        """See `Network`."""
        with translated(self._device), torch.inference_mode():
            return self._handed(self._computed(torch.from_numpy(batch).to(self._device)))

    def precise(self, batch: FloatBatch) -> Answers:
        """See `Network`."""
        lifted = self._lowered.lifted() if self._lowered else nullcontext()
        with translated(self._device), torch.inference_mode(), lifted:
            return self._handed(self._module(torch.from_numpy(batch).to(self._device)))

    def broken(self, answers: Answers) -> list[int]:
        """See `Network`."""
        return [row for row, answer in enumerate(answers) if not np.isfinite(answer).all()]

    def release(self) -> None:
        """See `Network`."""
        gc.collect()

    def retreat(self) -> bool:
        """See `Network`: it is where it stays."""
        return False

    def unload(self) -> None:
        """See `Network`."""
        self._faster = None
        self._module.to("meta")  # in place: the weights go even where a stream still holds the module
        self.release()

    def _computed(self, batch: torch.Tensor) -> torch.Tensor:
        return (self._faster or self._module)(batch)

    def _handed(self, answers: torch.Tensor) -> Answers:
        return answers.float().cpu().numpy()
