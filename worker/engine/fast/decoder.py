"""One decoder layer of HTDemucs: the GLU that rewrites input and skip, DConv, and the transposed convolution."""

from typing import Any, Protocol

import torch
from demucs.hdemucs import HDecLayer
from torch import nn

from worker.engine.fast.blocks import block_rows, blocks
from worker.engine.fast.convolution import GatedConvolution, TransposedConvolution, Window
from worker.engine.fast.dconv import residual_of
from worker.engine.fast.layout import Layout


class Decoder(Protocol):
    """Values and skip (steps x bins x channels) to more bins (spectral) or more steps (temporal)."""

    def __call__(self, values: torch.Tensor, skip: torch.Tensor, length: int) -> torch.Tensor:
        """The result has `length` steps."""
        ...


class OwnDecoder:
    """Demucs's own."""

    def __init__(self, module: nn.Module, layout: Layout) -> None:
        self._module, self._layout = module, layout

    def __call__(self, values: torch.Tensor, skip: torch.Tensor, length: int) -> torch.Tensor:
        """See `Decoder`."""
        turned, other = (each.float().permute(2, 1, 0) for each in (values, skip))
        if self._layout.spectral:
            return self._module(turned[None], other[None], length)[0][0].permute(2, 1, 0).contiguous()
        return self._module(turned[:, 0][None], other[:, 0][None], length)[0][0].T.unsqueeze(1).contiguous()


class FastDecoder:
    """The same function. `size`: steps and bins of what usually comes in."""

    def __init__(self, module: Any, *, layout: Layout, number: torch.dtype, size: tuple[int, int]) -> None:
        self._layout, self._number = layout, number
        steps, bins = size
        kernel = layout.window(module.rewrite.weight)
        self._halo = kernel.shape[2] // 2 if layout.spectral else kernel.shape[3] // 2
        across = kernel.shape[3] // 2 if layout.spectral else 0
        usual = block_rows(steps, bins * kernel.shape[1] * number.itemsize) + 2 * self._halo
        self._rewrite = GatedConvolution(
            kernel,
            module.rewrite.bias,
            number=number,
            size=layout.size(usual, bins),
            window=Window(padding=(0, across)),
        )
        self._residual = residual_of(module.dconv, layout=layout, number=number, steps=steps, bins=bins)
        self._transposed = TransposedConvolution(
            layout.window(module.conv_tr.weight),
            module.conv_tr.bias,
            number=number,
            size=layout.size(steps, bins),
            window=Window(padding=(0, module.pad), stride=(1, module.stride)),
            activation="none" if module.last else "gelu",
        )

    @staticmethod
    def covers(module: Any) -> bool:
        """Whether it has the shape that every published HTDemucs has."""
        return bool(
            isinstance(module, HDecLayer)
            and not module.empty
            and not module.norm
            and module.rewrite is not None
            and module.kernel_size == 2 * module.stride == module.stride + 2 * module.pad
        )

    def __call__(self, values: torch.Tensor, skip: torch.Tensor, length: int) -> torch.Tensor:
        """See `Decoder`."""
        inner = self._rewritten(values, skip)
        self._residual(inner, _nothing)
        return self._layout.steps(self._transposed(self._layout.image(inner)))[:length]

    def _rewritten(self, values: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        """A block at a time; the steps on both sides that a block's convolution sees are zeros at the ends."""
        steps, bins, channels = skip.shape
        halo = self._halo
        padded = torch.empty(steps + 2 * halo, bins, channels, dtype=self._number)
        padded[:halo] = padded[steps + halo :] = 0
        torch.add(values, skip, out=padded[halo : steps + halo])
        found = torch.empty(steps, bins, channels, dtype=self._number)
        for start, end in blocks(steps, bins * channels * self._number.itemsize):
            parts = self._rewrite(self._layout.image(padded[start : end + 2 * halo]))
            value, gate = (self._layout.steps(part) for part in parts)
            torch.mul(value, gate, out=found[start:end])
        return found


def _nothing(start: int, end: int, block: torch.Tensor) -> None:
    """The transposed convolution takes all rows at once."""
