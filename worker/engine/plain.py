"""A Demucs network in its own, plain form: public operators of demucs and torch. torch is imported here."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch

from worker.engine.errors import DeviceFailed, EngineError, OutOfMemory
from worker.engine.footprint import held_bytes
from worker.engine.network import FloatBatch
from worker.engine.reduced import reduce

# Float32 values that are alive at once for each frame and each of the network's base channels: an estimate for the
# memory budget, from the first layers, which are the widest.
_LIVE_VALUES = 8
_LARGEST_BATCH = 8
_MEMORY_SHARE = 0.7  # of what is free on a GPU; the rest is for other models and fragmentation
_ON_CPU = 1  # a batch of several is no faster a segment there


Form = Callable[[torch.Tensor], torch.Tensor]
"""Batch x channels x window frames to batch x sources x channels x window frames, on one device."""


class PlainNetwork:
    """One Demucs, HDemucs or HTDemucs on its device. See `Network`.

    `faster`: computes what `module` computes, in `precision`; without it the module does, as far as it can be lowered.
    """

    def __init__(self, module: Any, *, device: torch.device, precision: str, faster: Form | None = None) -> None:
        self._device = device
        with _translated(device):
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
        self.batch_size = self._fitting_batch() if device.type == "cuda" else _ON_CPU

    @property
    def memory_bytes(self) -> int:
        """See `Network`."""
        return held_bytes(self._module, self._faster)

    @property
    def run_bytes(self) -> int:
        """See `Network`."""
        return self._segment_bytes * self.batch_size

    def window_frames(self, frames: int) -> int:
        """HTDemucs always sees its training length, Demucs what its strides divide, HDemucs the chunk itself."""
        wanted = getattr(self._module, "valid_length", None)
        return frames if wanted is None else int(wanted(frames))

    def forward(self, batch: FloatBatch) -> FloatBatch:
        """See `Network`."""
        with _translated(self._device), torch.inference_mode():
            compute = self._faster or self._module
            return compute(torch.from_numpy(batch).to(self._device)).float().cpu().numpy()

    def precise(self, batch: FloatBatch) -> FloatBatch:
        """See `Network`."""
        with (
            _translated(self._device),
            torch.inference_mode(),
            self._lowered.lifted() if self._lowered else nullcontext(),
        ):
            return self._module(torch.from_numpy(batch).to(self._device)).cpu().numpy()

    def release(self) -> None:
        """See `Network`."""
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def unload(self) -> None:
        """See `Network`."""
        self._faster = None
        self._module.to("meta")  # in place: the weights go even where a stream still holds the module
        self.release()

    def _fitting_batch(self) -> int:
        """How many segments fit what is free, measured with one, which also warms the device up."""
        torch.cuda.synchronize(self._device)
        torch.cuda.reset_peak_memory_stats(self._device)
        before = torch.cuda.memory_allocated(self._device)
        window = self.window_frames(self.segment_frames)
        with _translated(self._device), torch.inference_mode():
            (self._faster or self._module)(torch.zeros(1, self.channels, window, device=self._device))
        self._segment_bytes = max(1, torch.cuda.max_memory_allocated(self._device) - before)
        free, _ = torch.cuda.mem_get_info(self._device)
        return int(min(_LARGEST_BATCH, max(1, free * _MEMORY_SHARE // self._segment_bytes)))


@contextmanager
def _translated(device: torch.device) -> Iterator[None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemory from error
    except (RuntimeError, ValueError, AssertionError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        if (
            "not enough memory" in text or "can't allocate memory" in text
        ):  # the CPU's allocator has no class of its own
            raise OutOfMemory from error
        if device.type == "cpu":
            raise EngineError(f"The network failed: {text}") from error
        # What a GPU reports comes late and may stand for any earlier kernel; its context is not to be trusted again.
        raise DeviceFailed(f"The device failed: {text}") from error
