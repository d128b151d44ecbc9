"""The part of the stems that is not finished yet, on the device that computes them. torch is imported here.

Only finished frames are copied back, and once.
"""

import numpy as np
import torch

from media.blocks import FloatBlock
from worker.engine.device_errors import translated
from worker.engine.network import Answers, FloatBatch


class DeviceWindow:
    """See `Window`. Answers may come from another device than its own: after a retreat they do."""

    def __init__(self, sources: int, channels: int, device: torch.device) -> None:
        self.start = 0
        self._device = device
        with translated(device):
            self._sum = torch.zeros(sources, channels, 0, device=device)
            self._loudest = torch.zeros(sources, device=device)
        self._weights: tuple[FloatBlock, torch.Tensor] | None = None
        self._shares: dict[tuple[float, ...], torch.Tensor] = {}

    @property
    def frames(self) -> int:
        """See `Window`."""
        return self._sum.shape[-1]

    @property
    def loudest(self) -> FloatBlock:
        """See `Window`."""
        with translated(self._device):
            return self._loudest.cpu().numpy()

    def add(self, start: int, answer: Answers, shares: tuple[float, ...], weights: FloatBlock) -> None:
        """See `Window`."""
        late = max(0, self.start - start)
        first, frames = start + late - self.start, len(weights) - late
        if frames <= 0:
            return
        with translated(self._device), torch.inference_mode():
            self._grow(first + frames)
            counts = self._shares_on_device(shares) * self._weights_on_device(weights)[late:]
            self._sum[..., first : first + frames].addcmul_(answer[..., late:].to(self._device), counts)

    def take(self, until: int, *, scale: float, offset: float) -> FloatBatch:
        """See `Window`."""
        count = until - self.start
        with translated(self._device), torch.inference_mode():
            self._grow(count)
            finished = self._sum[..., :count]
            if count:
                self._loudest = torch.maximum(self._loudest, finished.abs().amax(dim=(1, 2)))
            self._sum = self._sum[..., count:].clone()
            self.start = until
            # From pinned memory the copy takes a fraction of the time; the block keeps it until it is encoded.
            host = torch.empty(finished.shape, pin_memory=self._device.type == "cuda")
            return host.copy_(finished * float(np.float32(scale)) + float(np.float32(offset))).numpy()

    def _grow(self, frames: int) -> None:
        missing = frames - self.frames
        if missing > 0:
            self._sum = torch.nn.functional.pad(self._sum, (0, missing))

    def _shares_on_device(self, shares: tuple[float, ...]) -> torch.Tensor:
        """One tuple a network; each upload would wait for all that the device has to do."""
        if shares not in self._shares:
            self._shares[shares] = torch.tensor(shares, device=self._device)[:, None, None]
        return self._shares[shares]

    def _weights_on_device(self, weights: FloatBlock) -> torch.Tensor:
        """Nearly all chunks have the same weights, which are uploaded once: the same stretch of the same array."""
        if self._weights is None or self._weights[0].base is not weights.base or len(self._weights[0]) != len(weights):
            self._weights = weights, torch.tensor(weights, device=self._device)
        return self._weights[1]
