"""The 3 x 3 convolution of few multiplications equals the plain one, whatever the image's size."""

import pytest
import torch
from torch.nn import functional

from worker.engine.fast.decoder import FastDecoder
from worker.engine.fast.layout import SPECTRAL
from worker.engine.fast.winograd import GatedWinograd

pytestmark = pytest.mark.usefixtures("either")


@pytest.mark.parametrize("size", [(6, 4), (3, 1), (4, 9), (15, 8), (20, 13)])
def test_equals_torch(size, draw, near):
    values = draw(1, 10, *size).contiguous(memory_format=torch.channels_last)
    weight, bias = draw(14, 10, 3, 3), draw(14)
    wanted = functional.glu(functional.conv2d(values, weight, bias, padding=(0, 1)), dim=1)
    value, gate = GatedWinograd(weight, bias, size=(15, 8))(values)
    assert near(wanted, value * gate) > 100.0


@pytest.mark.parametrize(
    ("shape", "number", "covered"),
    [
        ((128, 64, 3, 3), torch.float32, True),
        ((128, 64, 3, 3), torch.bfloat16, False),
        ((64, 32, 3, 3), torch.float32, False),
        ((128, 64, 1, 3), torch.float32, False),
        ((128, 64, 5, 5), torch.float32, False),
    ],
)
def test_where_it_is_near_enough_and_sooner(shape, number, covered):
    assert GatedWinograd.covers(torch.zeros(shape), number) is covered


def test_a_wide_decoder_takes_it(small, draw, near):
    module = small(channels=64, depth=1).decoder[0]
    values, skip = draw(13, 7, module.chin), draw(13, 7, module.chin)
    made = FastDecoder(module, layout=SPECTRAL, number=torch.float32, size=(13, 7))
    assert isinstance(made._rewrite, GatedWinograd)
    turned, other = (each.permute(2, 1, 0)[None] for each in (values, skip))
    wanted = module(turned, other, 13)[0][0].permute(2, 1, 0)
    assert near(wanted, torch.cat(list(made([values], skip, 13)))) > 100.0
