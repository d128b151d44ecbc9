"""One layer of HTDemucs's transformer on steps x channels, self or cross, with norms' weights and scales folded in."""

from typing import Any, Protocol

import torch
from torch import nn
from torch.nn import functional

from worker.engine.fast.attention import Attention
from worker.engine.fast.dense import Dense

_ACTIVATIONS = {functional.gelu: "gelu", functional.relu: "relu"}


class TransformerLayer(Protocol):
    """Steps x channels in float32 (and the other branch's, for a cross layer) to the same."""

    def __call__(self, values: torch.Tensor, other: torch.Tensor | None = None) -> torch.Tensor:
        """Never changes its arguments."""
        ...


class OwnLayer:
    """Demucs's own."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module

    def __call__(self, values: torch.Tensor, other: torch.Tensor | None = None) -> torch.Tensor:
        """See `TransformerLayer`."""
        inputs = (values,) if other is None else (values, other)
        return self._module(*(each.unsqueeze(0) for each in inputs))[0]


class FastLayer:
    """Norm first, attention, norm, two dense layers, and the norm over everything at the end where there is one."""

    def __init__(self, module: Any, *, number: torch.dtype, steps: int, others: int) -> None:
        self._cross = hasattr(module, "cross_attn")
        attention = module.cross_attn if self._cross else module.self_attn
        last_norm = module.norm3 if self._cross else module.norm2
        self._heads, self._number = attention.num_heads, number
        self._attention = Attention(number=number)
        self._project(attention, module, steps=steps, others=others)
        self._output = _scaled(attention.out_proj, module.gamma_1, number, steps)
        self._widen = _after(
            last_norm,
            module.linear1.weight,
            module.linear1.bias,
            number=number,
            rows=steps,
            activation=_ACTIVATIONS[module.activation],
        )
        self._narrow = _scaled(module.linear2, module.gamma_2, number, steps)
        self._last_epsilon = last_norm.eps
        self._norm_out = module.norm_out

    @staticmethod
    def covers(module: Any) -> bool:
        """Whether it is of the kind that every published HTDemucs has."""
        attention = getattr(module, "cross_attn", None) or module.self_attn
        norms = [module.norm1, module.norm2, *([module.norm3] if hasattr(module, "norm3") else [])]
        return bool(
            module.norm_first
            and not module.sparse
            and isinstance(attention, nn.MultiheadAttention)
            and attention.in_proj_weight is not None
            and attention.in_proj_bias is not None
            and all(isinstance(norm, nn.LayerNorm) for norm in norms)
            and module.activation in _ACTIVATIONS
            and (module.norm_out is None or module.norm_out.num_groups == 1)
        )

    def _project(self, attention: Any, module: Any, *, steps: int, others: int) -> None:
        width = attention.embed_dim
        weight, bias = attention.in_proj_weight.detach().clone(), attention.in_proj_bias.detach().clone()
        root = (width // self._heads) ** -0.5
        weight[:width] *= root
        bias[:width] *= root
        self._first_epsilon, self._other_epsilon = module.norm1.eps, module.norm2.eps
        if self._cross:
            self._query = _after(module.norm1, weight[:width], bias[:width], number=self._number, rows=steps)
            self._key_value = _after(module.norm2, weight[width:], bias[width:], number=self._number, rows=others)
        else:
            self._all = _after(module.norm1, weight, bias, number=self._number, rows=steps)

    def __call__(self, values: torch.Tensor, other: torch.Tensor | None = None) -> torch.Tensor:
        """See `TransformerLayer`."""
        values = self._output.onto(self._attended(values, other), values)
        hidden = self._widen(self._normalised(values, self._last_epsilon))
        values = self._narrow.onto(hidden, values, spent=True)
        return values if self._norm_out is None else _normalised_whole(values, self._norm_out)

    def _attended(self, values: torch.Tensor, other: torch.Tensor | None) -> torch.Tensor:
        first = self._normalised(values, self._first_epsilon)
        if other is None:
            parts = self._all(first).view(len(values), 3, self._heads, -1)
            return self._attention(parts[:, 0], parts[:, 1], parts[:, 2])
        queries = self._query(first).view(len(values), self._heads, -1)
        second = self._normalised(other, self._other_epsilon)
        parts = self._key_value(second).view(len(other), 2, self._heads, -1)
        return self._attention(queries, parts[:, 0], parts[:, 1])

    def _normalised(self, values: torch.Tensor, epsilon: float) -> torch.Tensor:
        return functional.layer_norm(values, values.shape[-1:], eps=epsilon).to(self._number)


def layer_of(module: Any, *, number: torch.dtype, steps: int, others: int) -> TransformerLayer:
    """The fastest form of this layer that computes the same."""
    if not FastLayer.covers(module):
        return OwnLayer(module)
    return FastLayer(module, number=number, steps=steps, others=others)


def _after(
    norm: Any, weight: torch.Tensor, bias: torch.Tensor, *, number: torch.dtype, rows: int, activation: str = "none"
) -> Dense:
    """A dense layer that does the affine part of the norm before it too."""
    stretched = weight * norm.weight
    moved = bias + weight @ norm.bias
    return Dense(stretched, moved, number=number, rows=rows, activation=activation)


def _scaled(linear: Any, gamma: Any, number: torch.dtype, rows: int) -> Dense:
    """A dense layer that does the LayerScale after it too."""
    scale = getattr(gamma, "scale", None)
    if scale is None:
        return Dense(linear.weight, linear.bias, number=number, rows=rows)
    return Dense(linear.weight * scale[:, None], linear.bias * scale, number=number, rows=rows)


def _normalised_whole(values: torch.Tensor, norm: Any) -> torch.Tensor:
    """Normalised over all steps and channels at once, in place."""
    mean = values.mean().double()
    squares = torch.linalg.vector_norm(values).double().square() / values.numel()
    inverse = (squares - mean * mean).clamp_(min=0.0).add_(norm.eps).rsqrt_()
    stretch = norm.weight * inverse.float()
    return torch.addcmul(norm.bias - mean.float() * stretch, values, stretch, out=values)
