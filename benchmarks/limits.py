"""What the machine could do at best: its matrix rates, measured in the same run, and what a network asks of them."""

import time
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

_ROWS, _INNER, _COLUMNS = 2_688, 2_048, 512
_ON_GPU = 8_192  # a square of this size is what a GPU needs to show its rate
_TRIES = 7


def matrix_rate(number: torch.dtype, device: str = "cpu") -> float:
    """The best rate seen for a dense layer, in GFLOP/s, by public operators: on a CPU of the transformer's size."""
    rows, inner, columns = (_ROWS, _INNER, _COLUMNS) if device == "cpu" else (_ON_GPU,) * 3
    values = torch.randn(rows, inner, device=device).to(number)
    weight = torch.randn(columns, inner, device=device).to(number)
    best = min(_seconds(values, weight) for _ in range(_TRIES))
    return 2e-9 * rows * inner * columns / best


def segment_work(module: Any) -> float:
    """GFLOP of matrix products and convolutions in one segment, attention included."""
    segment = torch.zeros(1, module.audio_channels, int(module.segment * module.samplerate))
    # Only the plain form of attention is made of operators that the counter knows.
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        module(segment)
    return counter.get_total_flops() / 1e9


def _seconds(values: torch.Tensor, weight: torch.Tensor) -> float:
    with torch.inference_mode():
        _settle(values)
        start = time.perf_counter()
        torch.nn.functional.linear(values, weight)
        _settle(values)
        return time.perf_counter() - start


def _settle(values: torch.Tensor) -> None:
    """A GPU answers before it has computed."""
    if values.is_cuda:
        torch.cuda.synchronize(values.device)
