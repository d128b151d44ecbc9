"""Convolutions of channels-last images equal torch's own, whatever the image's size."""

import pytest
import torch
from torch.nn import functional

from worker.engine.fast.convolution import (
    Convolution,
    GatedConvolution,
    PatchConvolution,
    TransposedConvolution,
    Window,
    strided,
)

pytestmark = pytest.mark.usefixtures("either")

STRIDED = Window(padding=(0, 2), stride=(1, 4))


@pytest.fixture
def image(draw):
    """Image(channels, height, width): channels last."""
    return lambda *shape: draw(1, *shape).contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("window", [Window(), Window(padding=(1, 1)), Window(padding=(2, 0), dilation=(2, 1))])
@pytest.mark.parametrize("size", [(9, 11), (5, 7)])
def test_convolution(window, size, number, least, image, draw, near):
    values, weight, bias = image(12, *size), draw(10, 12, 3, 3), draw(10)
    wanted = functional.gelu(functional.conv2d(values, weight, bias, window.stride, window.padding, window.dilation))
    layer = Convolution(weight, bias, number=number, size=(9, 11), window=window, activation="gelu")
    assert near(wanted, layer(values.to(number))) > least


def test_the_halves_of_a_gate(number, least, image, draw, near):
    values, weight, bias = image(12, 9, 11), draw(20, 12, 3, 3), draw(20)
    layer = GatedConvolution(weight, bias, number=number, size=(9, 11), window=Window(padding=(1, 1)))
    value, gate = layer(values.to(number))
    assert near(functional.glu(functional.conv2d(values, weight, bias, 1, 1), dim=1), value * gate) > least


@pytest.mark.parametrize("activation", ["none", "gelu"])
@pytest.mark.parametrize("width", [8, 13])
def test_transposed_convolution(activation, width, number, least, image, draw, near):
    values, weight, bias = image(12, 3, width), draw(12, 10, 1, 8), draw(10)
    wanted = functional.conv_transpose2d(values, weight, bias, (1, 4), (0, 2))
    wanted = functional.gelu(wanted) if activation == "gelu" else wanted
    layer = TransposedConvolution(weight, bias, number=number, size=(3, 8), window=STRIDED, activation=activation)
    assert near(wanted, layer(values.to(number))) > least


@pytest.mark.parametrize(("channels", "form"), [(1, PatchConvolution), (4, PatchConvolution), (16, Convolution)])
@pytest.mark.parametrize("size", [(6, 32), (1, 44)])
def test_strided_convolution(channels, form, size, number, least, image, draw, near):
    values, weight, bias = image(channels, *size), draw(10, channels, 1, 8), draw(10)
    wanted = functional.gelu(functional.conv2d(values, weight, bias, (1, 4), (0, 2)))
    layer = strided(weight, bias, number=number, size=(6, 32), window=STRIDED)
    assert isinstance(layer, form)
    assert near(wanted, layer(values.to(number))) > least
