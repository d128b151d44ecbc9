"""What the tests of the faster forms share: both kinds of operators, hard weights, small sizes that divide nothing."""

from collections.abc import Callable
from fractions import Fraction

import pytest
import torch

from worker.engine.fast import operators
from worker.engine.fast.layout import SPECTRAL, TEMPORAL, Layout


@pytest.fixture(params=["private", "public"])
def either(request, monkeypatch) -> str:
    """Whether torch's private operators are used or hidden."""
    if request.param == "public":
        monkeypatch.setattr(operators, "trusted", lambda _: False)
    return request.param


@pytest.fixture(params=[SPECTRAL, TEMPORAL], ids=["spectral", "temporal"])
def layout(request) -> Layout:
    return request.param


@pytest.fixture(params=[torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
def number(request) -> torch.dtype:
    return request.param


@pytest.fixture
def least(number) -> float:
    """How near a single layer comes to Demucs's own, in decibels."""
    return 110.0 if number == torch.float32 else 40.0


@pytest.fixture
def draw() -> Callable[..., torch.Tensor]:
    """draw(*shape): values with a mean that differs from channel to channel."""
    generator = torch.Generator().manual_seed(5)

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator) + 0.3 * torch.randn(shape[-1], generator=generator)

    return drawn


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.inference_mode():
        yield


@pytest.fixture
def small(lab) -> Callable[..., torch.nn.Module]:
    """small(**settings): a little HTDemucs with hard weights whose branches stay apart, as in all published ones."""

    def made(**settings: object) -> torch.nn.Module:
        chosen = {"depth": 3, "channels": 16, "segment": Fraction(2, 5)} | settings
        return lab.module("HTDemucs", **chosen)

    return made


@pytest.fixture
def near(lab) -> Callable[[torch.Tensor, torch.Tensor], float]:
    """near(wanted, found): decibels."""
    return lambda wanted, found: lab.decibels(wanted.float().numpy(), found.float().numpy())
