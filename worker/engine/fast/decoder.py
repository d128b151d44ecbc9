"""One decoder layer of HTDemucs: the GLU that rewrites input and skip, DConv, and the transposed convolution."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import torch
from demucs.hdemucs import HDecLayer
from torch import nn

from worker.engine.fast.blocks import block_rows, blocks
from worker.engine.fast.convolution import GatedConvolution, TransposedConvolution, Window
from worker.engine.fast.dconv import residual_of
from worker.engine.fast.layout import Layout
from worker.engine.fast.winograd import GatedWinograd

Pieces = Iterable[torch.Tensor]
"""Steps x bins x channels, cut along the steps so that each piece is used while it is in the cache."""


class Decoder(Protocol):
    """Values and skip (steps x bins x channels) to more bins (spectral) or more steps (temporal)."""

    def __call__(self, values: Pieces, skip: torch.Tensor, length: int) -> Iterator[torch.Tensor]:
        """The pieces of the result have `length` steps together, each computed when it is asked for."""
        ...


class OwnDecoder:
    """Demucs's own."""

    def __init__(self, module: nn.Module, layout: Layout) -> None:
        self._module, self._layout = module, layout

    def __call__(self, values: Pieces, skip: torch.Tensor, length: int) -> Iterator[torch.Tensor]:
        """See `Decoder`."""
        turned, other = (each.float().permute(2, 1, 0) for each in (torch.cat(list(values)), skip))
        if self._layout.spectral:
            yield self._module(turned[None], other[None], length)[0][0].permute(2, 1, 0).contiguous()
        else:
            yield self._module(turned[:, 0][None], other[:, 0][None], length)[0][0].T.unsqueeze(1).contiguous()


class FastDecoder:
    """The same function. `size`: steps and bins of what usually comes in."""

    def __init__(self, module: Any, *, layout: Layout, number: torch.dtype, size: tuple[int, int]) -> None:
        self._layout, self._number = layout, number
        steps, bins = size
        kernel = layout.window(module.rewrite.weight)
        self._halo = kernel.shape[2] // 2 if layout.spectral else kernel.shape[3] // 2
        across = kernel.shape[3] // 2 if layout.spectral else 0
        usual = block_rows(steps, bins * kernel.shape[1] * number.itemsize) + 2 * self._halo
        self._rewrite = _rewriting(
            kernel, module.rewrite.bias, number=number, size=layout.size(usual, bins), across=across
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
        self._step_bytes = module.stride * module.conv_tr.out_channels * number.itemsize

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

    def __call__(self, values: Pieces, skip: torch.Tensor, length: int) -> Iterator[torch.Tensor]:
        """See `Decoder`."""
        inner = self._rewritten(values, skip)
        self._residual(inner, _nothing)
        if not self._layout.spectral:  # its steps are what the convolution runs over
            yield self._layout.steps(self._transposed(self._layout.image(inner)))[:length]
            return
        for start, end in blocks(len(inner), inner.shape[1] * self._step_bytes):
            yield self._layout.steps(self._transposed(self._layout.image(inner[start:end])))

    def _rewritten(self, values: Pieces, skip: torch.Tensor) -> torch.Tensor:
        """A block at a time; the steps on both sides that a block's convolution sees are zeros at the ends."""
        steps, bins, channels = skip.shape
        halo = self._halo
        padded = torch.empty(steps + 2 * halo, bins, channels, dtype=self._number)
        padded[:halo] = padded[steps + halo :] = 0
        at = 0
        for piece in values:
            end = at + len(piece)
            torch.add(piece.to(self._number), skip[at:end], out=padded[halo + at : halo + end])
            at = end
        found = torch.empty(steps, bins, channels, dtype=self._number)
        for start, end in blocks(steps, bins * channels * self._number.itemsize):
            parts = self._rewrite(self._layout.image(padded[start : end + 2 * halo]))
            value, gate = (self._layout.steps(part) for part in parts)
            torch.mul(value, gate, out=found[start:end])
        return found


def _rewriting(
    kernel: torch.Tensor, bias: torch.Tensor, *, number: torch.dtype, size: tuple[int, int], across: int
) -> GatedConvolution | GatedWinograd:
    if GatedWinograd.covers(kernel, number):
        return GatedWinograd(kernel, bias, size=size)
    return GatedConvolution(kernel, bias, number=number, size=size, window=Window(padding=(0, across)))


def _nothing(start: int, end: int, block: torch.Tensor) -> None:
    """The transposed convolution takes all rows at once."""
