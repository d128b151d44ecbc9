"""A network on a GPU: batches as large as its memory allows, half precision, answers that stay there until they are
finished, and a way back to the CPU. torch is imported here."""

from collections.abc import Callable
from concurrent.futures import wait
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch

from worker.engine.device_errors import translated
from worker.engine.device_window import DeviceWindow
from worker.engine.errors import OutOfMemory
from worker.engine.lane import begun, gpu_lane
from worker.engine.network import Answers, Window
from worker.engine.placed import forget_places, keep_places
from worker.engine.plain import Form, PlainNetwork
from worker.engine.reduced import is_transformer, restore

_LARGEST_BATCH = 8
_MEMORY_SHARE = 0.7  # of what is free; the rest is for the stems' window, other models and fragmentation
_TENSOR_CORES = (7, 0)  # the first GPUs whose half precision is faster than their float32

Fallback = Callable[[Any], tuple[str, Form | None]]
"""For a module that came back to the CPU: the precision to run it in there, and its faster form, if it has one."""


def suits_half(module: Any, device: torch.device) -> bool:
    """Whether float16 is both faster on this device and near enough (62 dB on hard weights) for this network."""
    return (
        device.type == "cuda" and is_transformer(module) and torch.cuda.get_device_capability(device) >= _TENSOR_CORES
    )


class GpuNetwork(PlainNetwork):
    """See `Network`. Its answers are tensors on the device; it computes on the process's one lane.

    In `float16` all of HTDemucs runs under autocast: products and convolutions in half precision; transforms, norms,
    softmax and overlap-add in float32. `fallback`: how it goes on, on the CPU, where the device's memory does not even
    hold one segment; without it, it does not.
    """

    def __init__(self, module: Any, *, device: torch.device, precision: str, fallback: Fallback | None = None) -> None:
        _settle_arithmetic()
        keep_places(module)
        self._half = precision == "float16" and is_transformer(module)
        super().__init__(module, device=device, precision="float32" if self._half else precision)
        self.precision = "float16" if self._half else self.precision
        self._fallback = fallback
        self.lane = gpu_lane()
        if device.type == "cuda":
            self.batch_size = self._fitting_batch()

    def stem_window(self, sources: int) -> Window:
        """See `Network`."""
        return DeviceWindow(sources, self.channels, self._device)

    def broken(self, answers: Answers) -> list[int]:
        """See `Network`. Waits for the device: the one time in a batch."""
        with translated(self._device):
            finite = answers.isfinite().flatten(1).all(1)
            return [row for row, fine in enumerate(finite.tolist()) if not fine]

    def release(self) -> None:
        """See `Network`."""
        super().release()
        if self._device.type == "cuda":
            with translated(self._device):
                torch.cuda.empty_cache()

    def unload(self) -> None:
        """See `Network`."""
        if self.lane is not None:
            wait([self.lane.submit(int)])  # a batch that nobody wants any more may still be running
        self._as_it_came()
        super().unload()

    def _as_it_came(self) -> None:
        restore(self._module, self._lowered)
        forget_places(self._module)

    def retreat(self) -> bool:
        """See `Network`."""
        if self._fallback is None:
            return False
        fallback, self._fallback = self._fallback, None
        self._as_it_came()
        self._lowered, self._half = None, False
        with translated(self._device):
            self._module.to("cpu")
        self.release()
        self._device, self.device, self.batch_size, self.lane = torch.device("cpu"), "cpu", 1, None
        self.precision, self._faster = fallback(self._module)
        return True

    def _computed(self, batch: torch.Tensor) -> torch.Tensor:
        half = torch.autocast(self._device.type, dtype=torch.float16) if self._half else nullcontext()
        with half:
            return super()._computed(batch)

    def _handed(self, answers: torch.Tensor) -> Answers:
        return answers.float()

    def _fitting_batch(self) -> int:
        """How many segments fit what is free: reckoned from one that is measured, then tried out."""
        self.release()
        with translated(self._device):
            torch.cuda.reset_peak_memory_stats(self._device)
            before = torch.cuda.memory_allocated(self._device)
            self._run_silence(1)
            self._segment_bytes = max(1, torch.cuda.max_memory_allocated(self._device) - before)
            self.release()  # what that segment took is free again for the driver's count
            free, _ = torch.cuda.mem_get_info(self._device)
        return self._tried_out(int(min(_LARGEST_BATCH, max(1, free * _MEMORY_SHARE // self._segment_bytes))))

    def _tried_out(self, size: int) -> int:
        """The largest batch that runs, from `size` down by halves; one segment has run before. No job then pays for the
        first time of its shapes, which is when cuDNN plans and memory is asked of the driver."""
        while size > 1 and not self._holds(size):
            self.release()
            size //= 2
        return size

    def _holds(self, size: int) -> bool:
        try:
            self._run_silence(size)
        except OutOfMemory:
            return False
        return True

    def _run_silence(self, size: int) -> None:
        window = self.window_frames(self.segment_frames)
        self.broken(begun(self, np.zeros((size, self.channels, window), np.float32))())


def _settle_arithmetic() -> None:
    """For this process: float32 means float32, not TF32; half precision adds up in float32; the same input gives the
    same bytes each time."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cudnn.deterministic = True
