"""Dense layers equal torch's own, however many rows come."""

import pytest
import torch
from torch.nn import functional

from worker.engine.fast.dense import Dense, GatedDense

pytestmark = pytest.mark.usefixtures("either")

ACTIVATIONS = {"none": lambda x: x, "gelu": functional.gelu, "relu": torch.relu, "sigmoid": torch.sigmoid}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("rows", [1, 37, 64])
def test_dense(activation, rows, number, least, draw, near):
    values, weight, bias = draw(rows, 24), draw(17, 24), draw(17)
    wanted = ACTIVATIONS[activation](functional.linear(values, weight, bias))
    found = Dense(weight, bias, number=number, rows=64, activation=activation)(values.to(number))
    assert found.dtype == number
    assert near(wanted, found) > least


@pytest.mark.parametrize("held", [torch.float32, torch.bfloat16])
def test_onto_a_residual(held, number, draw, near):
    values, weight, bias, residual = draw(40, 24), draw(17, 24), draw(17), draw(40, 17).to(held)
    before = residual.clone()
    layer, wanted = Dense(weight, bias, number=number, rows=40), functional.linear(values, weight, bias) + before
    found = layer.onto(values.to(number), residual)
    assert torch.equal(residual, before)
    assert near(wanted, found) > 40.0
    again = layer.onto(values.to(number), residual, spent=True)
    assert again.dtype == held
    assert near(wanted, again) > 40.0


def test_the_halves_of_a_gate(number, least, draw, near):
    values, weight, bias = draw(40, 24), draw(34, 24), draw(34)
    value, gate = GatedDense(weight, bias, number=number, rows=40)(values.to(number))
    assert near(functional.glu(functional.linear(values, weight, bias)), value * gate) > least
