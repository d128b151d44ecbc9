"""One encoder layer of HTDemucs: strided convolution and GELU, DConv, and the GLU that rewrites."""

from typing import Any, Protocol

import torch
from demucs.hdemucs import HEncLayer
from torch import nn
from torch.nn import functional

from worker.engine.fast.blocks import block_rows
from worker.engine.fast.convolution import Window, strided
from worker.engine.fast.dconv import residual_of
from worker.engine.fast.dense import GatedDense
from worker.engine.fast.layout import Layout


class Encoder(Protocol):
    """Steps x bins x channels to fewer bins (spectral) or fewer steps (temporal)."""

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        """The result may end in rows of zeros, which the next layer would otherwise have to add."""
        ...


class OwnEncoder:
    """Demucs's own."""

    def __init__(self, module: nn.Module, layout: Layout, embedding: torch.Tensor | None = None) -> None:
        self._module, self._layout, self._embedding = module, layout, embedding

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        """See `Encoder`."""
        turned = values.float().permute(2, 1, 0)
        if not self._layout.spectral:
            return self._module(turned[:, 0][None])[0].T.unsqueeze(1).contiguous()
        found = self._module(turned[None])[0].permute(2, 1, 0).contiguous()
        return found if self._embedding is None else found + self._embedding


class FastEncoder:
    """The same function. `steps`, `bins`: of what usually comes in. `embedding`: bins x channels added at the end."""

    def __init__(
        self,
        module: Any,
        *,
        layout: Layout,
        number: torch.dtype,
        size: tuple[int, int],
        spare: int = 0,
        embedding: torch.Tensor | None = None,
    ) -> None:
        self._layout, self._number, self._spare = layout, number, spare
        self._stride = module.stride
        self._channels = module.conv.out_channels
        self._embedding = None if embedding is None else embedding.to(number)
        self._convolution = strided(
            layout.window(module.conv.weight),
            module.conv.bias,
            number=number,
            size=layout.size(*size),
            window=Window(padding=(0, module.pad), stride=(1, module.stride)),
        )
        steps, bins = size
        steps, bins = (steps, bins // module.stride) if layout.spectral else (-(-steps // module.stride), bins)
        self._residual = residual_of(module.dconv, layout=layout, number=number, steps=steps, bins=bins)
        rows = bins * block_rows(steps, bins * self._channels * number.itemsize)
        kernel = module.rewrite.weight.flatten(1)
        self._rewrite = GatedDense(kernel, module.rewrite.bias, number=number, rows=rows)

    @staticmethod
    def covers(module: Any) -> bool:
        """Whether it has the shape that every published HTDemucs has."""
        return bool(
            isinstance(module, HEncLayer)
            and not module.empty
            and not module.norm
            and module.rewrite is not None
            and module.rewrite.weight[0, 0].numel() == 1
            and module.kernel_size == module.stride + 2 * module.pad
        )

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        """See `Encoder`; what it gives ends with its spare rows of zeros."""
        values = values.to(self._number)
        missing = 0 if self._layout.spectral else -len(values) % self._stride
        if missing:
            values = functional.pad(values, (0, 0, 0, 0, 0, missing))
        inner = self._layout.steps(self._convolution(self._layout.image(values))).contiguous()
        steps, bins, channels = inner.shape
        found = torch.empty(steps + self._spare, bins, channels, dtype=self._number)
        found[steps:] = 0

        def rewrite(start: int, end: int, block: torch.Tensor) -> None:
            value, gate = (part.view(-1, bins, channels) for part in self._rewrite(block.view(-1, channels)))
            if self._embedding is None:
                torch.mul(value, gate, out=found[start:end])
            else:
                torch.addcmul(self._embedding, value, gate, out=found[start:end])

        self._residual(inner, rewrite)
        return found
