"""What the machine could do at best: its matrix rates, measured in the same run, and what a network asks of them."""

import time
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

_ROWS, _INNER, _COLUMNS = 2_688, 2_048, 512
_TRIES = 7


def matrix_rate(number: torch.dtype) -> float:
    """The best rate seen for a dense layer of the transformer's size, in GFLOP/s, by public operators."""
    rows, weight = torch.randn(_ROWS, _INNER).to(number), torch.randn(_COLUMNS, _INNER).to(number)
    best = min(_seconds(rows, weight) for _ in range(_TRIES))
    return 2e-9 * _ROWS * _INNER * _COLUMNS / best


def segment_work(module: Any) -> float:
    """GFLOP of matrix products and convolutions in one segment, attention included."""
    segment = torch.zeros(1, module.audio_channels, int(module.segment * module.samplerate))
    # Only the plain form of attention is made of operators that the counter knows.
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        module(segment)
    return counter.get_total_flops() / 1e9


def _seconds(rows: torch.Tensor, weight: torch.Tensor) -> float:
    with torch.inference_mode():
        start = time.perf_counter()
        torch.nn.functional.linear(rows, weight)
        return time.perf_counter() - start
