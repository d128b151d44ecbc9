"""Convolutions of channels-last images, packed for oneDNN with their activation fused, or by public operators."""

from dataclasses import dataclass

import torch
from torch.nn import functional

from worker.engine.fast import operators
from worker.engine.fast.dense import Dense

_PATCHED_CHANNELS = 16  # below this oneDNN leaves vectors half empty, and a dense layer over patches is faster


@dataclass(frozen=True)
class Window:
    """How a kernel moves over an image: pairs for height and width."""

    padding: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)


class Convolution:
    """`weight`: outputs x inputs x height x width. `size`: the image's usual height and width, any other works."""

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor,
        *,
        number: torch.dtype,
        size: tuple[int, int],
        window: Window = Window(),
        activation: str = "none",
    ) -> None:
        self._activation = activation
        self._fused = operators.trusted(number)
        self._weight = weight.detach().to(number).contiguous(memory_format=torch.channels_last)
        self._bias = bias.detach().to(number).contiguous()
        self._window = list(window.padding), list(window.stride), list(window.dilation)
        if self._fused:
            usual = [1, weight.shape[1], *size]
            pack = operators.private("_reorder_convolution_weight")
            self._weight = pack(self._weight, *self._window, 1, usual)
            self._run = operators.private("_convolution_pointwise")

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        """1 x inputs x height x width to 1 x outputs x height x width, channels last."""
        padding, stride, dilation = self._window
        if self._fused:
            form = operators.algorithm(self._activation)
            return self._run(image, self._weight, self._bias, padding, stride, dilation, 1, self._activation, [], form)
        found = functional.conv2d(image, self._weight, self._bias, stride, padding, dilation)
        return operators.activated(found, self._activation)


class GatedConvolution:
    """A convolution for a GLU: two halves, the gate's with its sigmoid. The caller multiplies, where it writes."""

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor,
        *,
        number: torch.dtype,
        size: tuple[int, int],
        window: Window,
    ) -> None:
        half = weight.shape[0] // 2
        self._value = Convolution(weight[:half], bias[:half], number=number, size=size, window=window)
        self._gate = Convolution(
            weight[half:], bias[half:], number=number, size=size, window=window, activation="sigmoid"
        )

    def __call__(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Value and gate, each 1 x half the outputs x height x width."""
        return self._value(image), self._gate(image)


class TransposedConvolution:
    """A transposed convolution along the width, whose kernel is two strides wide, as an ordinary one.

    `weight`: inputs x outputs x 1 x width. Every `stride` neighbours of its result depend on the same two places of the
    image; so a kernel two wide computes them as `stride` times as many channels, which in memory is the same thing.
    """

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor,
        *,
        number: torch.dtype,
        size: tuple[int, int],
        window: Window,
        activation: str = "none",
    ) -> None:
        self._stride, self._padding = window.stride[1], window.padding[1]
        taps = weight[:, :, 0].unflatten(2, (2, self._stride)).flip(2)  # inputs x outputs x places x stride
        self._convolution = Convolution(
            taps.permute(3, 1, 0, 2).flatten(0, 1).unsqueeze(2),
            bias.repeat(self._stride),
            number=number,
            size=size,
            window=Window(padding=(0, 1)),
            activation=activation,
        )

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        """1 x inputs x height x width to 1 x outputs x height x (width x stride), channels last."""
        found = self._convolution(image).permute(0, 2, 3, 1)
        _, height, places, channels = found.shape
        wide = found.reshape(1, height, places * self._stride, channels // self._stride)
        kept = slice(self._padding, self._padding + image.shape[3] * self._stride)
        return wide[:, :, kept].permute(0, 3, 1, 2)


class PatchConvolution:
    """A convolution along the width of an image with few channels, as a dense layer over its patches.

    `weight`: outputs x inputs x 1 x width.
    """

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor,
        *,
        number: torch.dtype,
        size: tuple[int, int],
        window: Window,
        activation: str = "none",
    ) -> None:
        self._number = number
        self._width = weight.shape[3]
        self._padding, self._stride = window.padding[1], window.stride[1]
        flat = weight[:, :, 0].transpose(1, 2).reshape(weight.shape[0], -1)
        rows = size[0] * (size[1] // self._stride)
        self._dense = Dense(flat, bias, number=number, rows=rows, activation=activation)

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        """1 x inputs x height x width to 1 x outputs x height x width, channels last."""
        _, channels, height, width = image.shape
        padded = torch.zeros(height, width + 2 * self._padding, channels, dtype=self._number)
        padded[:, self._padding : self._padding + width] = image[0].permute(1, 2, 0)
        places = (padded.shape[1] - self._width) // self._stride + 1
        strides = (padded.stride(0), self._stride * channels, 1)
        patches = padded.as_strided((height, places, self._width * channels), strides)
        found = self._dense(patches.reshape(height * places, -1))
        return found.view(1, height, places, -1).permute(0, 3, 1, 2)


def strided(
    weight: torch.Tensor, bias: torch.Tensor, *, number: torch.dtype, size: tuple[int, int], window: Window
) -> Convolution | PatchConvolution:
    """The faster form of a convolution along the width, followed by GELU."""
    form = PatchConvolution if weight.shape[1] < _PATCHED_CHANNELS else Convolution
    return form(weight, bias, number=number, size=size, window=window, activation="gelu")
