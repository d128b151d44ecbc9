"""DConv, the residual branches inside Demucs's layers, with the second norm folded into the layer before it."""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from demucs.transformer import LayerScale
from torch import nn
from torch.nn import functional

from worker.engine.fast.blocks import block_rows, blocks
from worker.engine.fast.convolution import Convolution, Window
from worker.engine.fast.dense import GatedDense
from worker.engine.fast.layout import Layout

Finish = Callable[[int, int, torch.Tensor], None]
"""What to do with rows start to end (x bins x channels) once they are final and still in the cache."""

_SHAPE = (nn.Conv1d, nn.GroupNorm, nn.GELU, nn.Conv1d, nn.GroupNorm, nn.GLU, LayerScale)
_VECTOR = 8  # dense layers want their inputs in multiples of this


class Residual(Protocol):
    """Something added to values (steps x bins x channels) in place; `finish` hears of every block of rows after."""

    def __call__(self, values: torch.Tensor, finish: Finish) -> None:
        """Values keep their type."""
        ...


class NoDConv:
    """Where a layer has none."""

    def __call__(self, values: torch.Tensor, finish: Finish) -> None:
        """Nothing but the blocks."""
        for start, end in blocks(len(values), _row_bytes(values)):
            finish(start, end, values[start:end])


class OwnDConv:
    """Demucs's own."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._blocks = NoDConv()

    def __call__(self, values: torch.Tensor, finish: Finish) -> None:
        """In place."""
        found = self._module(values.permute(1, 2, 0).float())
        values.copy_(found.permute(2, 0, 1))
        self._blocks(values, finish)


class FastDConv:
    """The same function in the layout, type and usual size of the branch it serves."""

    def __init__(self, module: Any, *, layout: Layout, number: torch.dtype, steps: int, bins: int) -> None:
        made = {"layout": layout, "number": number, "steps": steps, "bins": bins}
        self._layers = [_Layer(layer, **made) for layer in module.layers]

    @staticmethod
    def covers(module: Any) -> bool:
        """Whether it has the shape that every published HTDemucs has, and hidden channels at all."""
        return all(
            len(layer) == len(_SHAPE)
            and all(isinstance(part, kind) for part, kind in zip(layer, _SHAPE, strict=True))
            and layer[1].num_groups == layer[4].num_groups == 1
            and layer[0].out_channels > 0
            for layer in module.layers
        )

    def __call__(self, values: torch.Tensor, finish: Finish) -> None:
        """In place."""
        *first, last = self._layers
        for layer in first:
            layer(values, _nothing)
        last(values, finish)


def residual_of(module: Any, *, layout: Layout, number: torch.dtype, steps: int, bins: int) -> Residual:
    """The fastest form of this DConv (None where there is none) that computes the same."""
    if module is None or not len(module.layers):
        return NoDConv()
    if not FastDConv.covers(module):
        return OwnDConv(module)
    return FastDConv(module, layout=layout, number=number, steps=steps, bins=bins)


class _Layer:
    """Convolution, norm, GELU, then `GLU(norm(W h + b)) * scale` added to the input.

    The second norm needs only the sum and the sum of squares of `W h + b`. Both follow from the hidden values' sum and
    Gram matrix, which are small; so the norm, b and the scale become part of one dense layer whose inputs are h and
    two more: with r the inverse deviation and m the mean, `r (W h + b - m) = W (r h) + b r - 1 (m r)`.
    """

    def __init__(self, layer: Any, *, layout: Layout, number: torch.dtype, steps: int, bins: int) -> None:
        first, self._norm, _, second, norm, _, scale = layer
        self._layout, self._number = layout, number
        self._hidden = first.out_channels
        self._inputs = -(-(self._hidden + 2) // _VECTOR) * _VECTOR
        self._convolution = Convolution(
            layout.window_over_steps(first.weight),
            first.bias,
            number=number,
            size=layout.size(steps, bins),
            window=Window(
                padding=layout.over_steps(first.padding[0], 0), dilation=layout.over_steps(first.dilation[0], 1)
            ),
        )
        self._weigh(second, norm, scale)
        rows = bins * block_rows(steps, bins * first.in_channels * number.itemsize)
        self._gated = GatedDense(self._folded, self._offset, number=number, rows=rows)

    def _weigh(self, second: Any, norm: Any, scale: Any) -> None:
        weight, bias = second.weight[:, :, 0].detach().double(), second.bias.detach().double()
        whole = torch.cat([weight, bias[:, None]], 1)
        self._second_epsilon = norm.eps
        self._outputs = len(whole)
        self._total = whole.sum(0)
        self._squares = (whole.T @ whole).flatten()
        stretch, offset = norm.weight.detach().double(), norm.bias.detach().double()
        scaled = torch.ones_like(stretch)
        scaled[: self._outputs // 2] = scale.scale.detach().double()  # of the values, not of the gates
        folded = torch.zeros(self._outputs, self._inputs, dtype=torch.float64)
        folded[:, : self._hidden] = weight
        folded[:, self._hidden] = bias
        folded[:, self._hidden + 1] = -1.0
        self._folded = (folded * (stretch * scaled)[:, None]).float()
        self._offset = (offset * scaled).float()

    def __call__(self, values: torch.Tensor, finish: Finish) -> None:
        inputs = self._dense_inputs(self._hidden_values(values))
        channels = values.shape[-1]
        for start, end in blocks(len(values), _row_bytes(values)):
            block = values[start:end]
            value, gate = self._gated(inputs[start:end].view(-1, self._inputs))
            block.view(-1, channels).addcmul_(value, gate)
            finish(start, end, block)

    def _hidden_values(self, values: torch.Tensor) -> torch.Tensor:
        """Steps x bins x hidden in float32, after the first norm and GELU. The norm is over steps and channels."""
        steps, bins, _ = values.shape
        found = self._layout.steps(self._convolution(self._layout.image(values)))
        found = found.reshape(steps, bins * self._hidden).float()
        count = steps * self._hidden
        mean = found.sum(0).view(bins, -1).sum(1).double() / count
        squares = (found * found).sum(0).view(bins, -1).sum(1).double() / count
        inverse = (squares - mean * mean).clamp_(min=0.0).add_(self._norm.eps).rsqrt_()
        stretch = inverse[:, None] * self._norm.weight
        offset = self._norm.bias - mean[:, None] * stretch
        found.mul_(stretch.float().view(-1)).add_(offset.float().view(-1))
        return functional.gelu(found).view(steps, bins, self._hidden)

    def _dense_inputs(self, hidden: torch.Tensor) -> torch.Tensor:
        """Steps x bins x inputs of the folded dense layer."""
        steps, bins, width = hidden.shape
        mean, inverse = self._moments(hidden)
        inputs = torch.empty(steps, bins, self._inputs, dtype=self._number)
        inputs[:, :, :width] = hidden.mul_(inverse.float()[:, None])
        tail = torch.zeros(bins, self._inputs - width, dtype=torch.float64)
        tail[:, 0], tail[:, 1] = inverse, mean * inverse
        inputs[:, :, width:] = tail
        return inputs

    def _moments(self, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """For each bin the mean and the inverse deviation of `W h + b`, in float64."""
        steps, bins, width = hidden.shape
        by_bin = hidden.transpose(0, 1).contiguous()  # with so few values a product of strided ones takes twice as long
        gram = torch.empty(bins, width + 1, width + 1, dtype=torch.float64)
        gram[:, :width, :width] = torch.bmm(by_bin.transpose(1, 2), by_bin)
        gram[:, width, :width] = gram[:, :width, width] = hidden.sum(0)
        gram[:, width, width] = steps
        count = steps * self._outputs
        mean = gram[:, width] @ self._total / count
        squares = gram.view(bins, -1) @ self._squares / count
        return mean, (squares - mean * mean).clamp_(min=0.0).add_(self._second_epsilon).rsqrt_()


def _row_bytes(values: torch.Tensor) -> int:
    return int(values[0].numel()) * values.element_size()


def _nothing(start: int, end: int, block: torch.Tensor) -> None:
    """No one waits for the rows of the layers before the last."""
