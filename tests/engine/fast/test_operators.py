"""Private operators are used only where they are all there and compute what they should."""

import pytest
import torch

from worker.engine.fast import operators
from worker.engine.fast.forms import has_bfloat16


@pytest.fixture(autouse=True)
def untried():
    operators.trusted.cache_clear()
    yield
    operators.trusted.cache_clear()


RUN = ["_linear_pointwise", "_convolution_pointwise"]
PACK = ["_reorder_linear_weight", "_reorder_convolution_weight"]


@pytest.mark.parametrize("name", [*RUN, *PACK])
def test_one_that_is_missing_is_enough_to_use_none(name, monkeypatch):
    there = operators.private

    def without(wanted):
        if wanted == name:
            raise AttributeError(wanted)
        return there(wanted)

    monkeypatch.setattr(operators, "private", without)
    assert not operators.trusted(torch.float32)


@pytest.mark.parametrize("name", RUN)
def test_one_that_computes_something_else_is_not_believed(name, monkeypatch):
    there = operators.private
    monkeypatch.setattr(
        operators,
        "private",
        lambda wanted: (lambda *given: there(wanted)(*given) + 1.0) if wanted == name else there(wanted),
    )
    assert not operators.trusted(torch.float32)


def test_one_that_takes_other_arguments_is_not_called(monkeypatch):
    monkeypatch.setattr(operators, "private", lambda _: lambda: None)
    assert not operators.trusted(torch.float32)


@pytest.mark.parametrize("number", [torch.float32, torch.bfloat16])
def test_those_of_the_torch_we_pin_are_trusted(number):
    """Else every form here would quietly be a slower one."""
    if number == torch.float32 or has_bfloat16():
        assert operators.trusted(number)
