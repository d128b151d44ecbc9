"""Which of torch's private oneDNN operators are here and compute what they should. Knows no layers."""

from functools import cache
from typing import Any

import torch
from torch.nn import functional

_NEAR = 0.02  # of the largest value: what bfloat16 may be off on the small products tried here


def private(name: str) -> Any:
    """The operator of this name in torch's `mkldnn` folder. Raises AttributeError where this torch has none."""
    return getattr(torch.ops.mkldnn, name)


@cache
def trusted(number: torch.dtype) -> bool:
    """Whether all private operators are here and agree with the public ones on small tensors of this type.

    They carry no promise from one torch to the next, so they are tried before they are believed.
    """
    try:
        agreed = _dense_agrees(number) and _convolution_agrees(number)
        return bool(torch.backends.mkldnn.is_available()) and agreed
    except (AttributeError, RuntimeError, TypeError, ValueError, NotImplementedError):
        return False


def activated(values: torch.Tensor, activation: str) -> torch.Tensor:
    """`none`, `gelu`, `relu` or `sigmoid` of the values, by public operators."""
    if activation == "none":
        return values
    if activation == "gelu":
        return functional.gelu(values)
    return values.relu_() if activation == "relu" else values.sigmoid_()


def algorithm(activation: str) -> str:
    """What the private operators want to be told besides the activation's name: the exact form of GELU."""
    return "none" if activation == "gelu" else ""


def _dense_agrees(number: torch.dtype) -> bool:
    values, weight, bias = _ramp(6, 8).to(number), _ramp(16, 8).to(number), _ramp(16).to(number)
    packed, run = private("_reorder_linear_weight")(weight, 6), private("_linear_pointwise")
    wanted = functional.linear(values.float(), weight.float(), bias.float())
    found, added = run(values, packed, bias, "gelu", [], "none"), run(values, wanted.to(number), packed, bias, "add")
    return _near(found, functional.gelu(wanted)) and _near(added, 2.0 * wanted)


def _convolution_agrees(number: torch.dtype) -> bool:
    values, weight = _ramp(1, 8, 4, 5).to(number), _ramp(6, 8, 3, 3).to(number)
    values, weight = (each.contiguous(memory_format=torch.channels_last) for each in (values, weight))
    window = [1, 1], [1, 1], [1, 1]
    packed = private("_reorder_convolution_weight")(weight, *window, 1, [1, 8, 4, 5])
    found = private("_convolution_pointwise")(values, packed, None, *window, 1, "sigmoid", [], "")
    return _near(found, functional.conv2d(values.float(), weight.float(), None, 1, 1).sigmoid())


def _ramp(*shape: int) -> torch.Tensor:
    count = torch.Size(shape).numel()
    return torch.linspace(-0.9, 1.1, count).sin().reshape(shape)


def _near(found: torch.Tensor, wanted: torch.Tensor) -> bool:
    return found.shape == wanted.shape and bool((found.float() - wanted).abs().max() < _NEAR * wanted.abs().max())
