"""Attention over blocks of scores equals torch's own."""

import pytest
import torch
from torch.nn import functional

from worker.engine.fast import attention
from worker.engine.fast.attention import Attention

pytestmark = pytest.mark.usefixtures("either")


@pytest.mark.parametrize("cached", [16_000_000, 3_000])
@pytest.mark.parametrize(("steps", "others"), [(37, 37), (5, 61), (1, 1)])
def test_equals_torch(steps, others, cached, number, draw, near, monkeypatch):
    monkeypatch.setattr(attention, "_CACHED_BYTES", cached)
    heads = [draw(count, 3, 8) for count in (steps, others, others)]
    wanted = functional.scaled_dot_product_attention(*(each.transpose(0, 1) for each in heads), scale=1.0)
    found = Attention(number=number)(*(each.to(number) for each in heads))
    assert found.shape == (steps, 24)
    # bfloat16's three digits are felt twice: in scores of up to 20, and in what they weigh
    assert near(wanted.transpose(0, 1).reshape(steps, 24), found) > (110.0 if number == torch.float32 else 33.0)


def test_scores_too_large_for_an_exponential(number):
    queries, keys = torch.full((4, 1, 8), 30.0), torch.full((6, 1, 8), 30.0)
    values = torch.ones(6, 1, 8)
    found = Attention(number=number)(queries.to(number), keys.to(number), values.to(number))
    assert torch.allclose(found.float(), torch.ones(4, 8), atol=0.01)
