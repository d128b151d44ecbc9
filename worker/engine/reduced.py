"""Plain networks in less than float32 where that costs little: in HTDemucs's transformer. torch is imported here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class LoweredTransformer(torch.nn.Module):
    """HTDemucs's transformer run under autocast; float32 in, float32 out."""

    def __init__(self, inner: torch.nn.Module, number: torch.dtype) -> None:
        super().__init__()
        self.inner = inner
        self._number = number
        self._lowered = True

    def forward(self, spectral: torch.Tensor, temporal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Both branches, as the transformer takes and gives them."""
        with torch.autocast(spectral.device.type, dtype=self._number, enabled=self._lowered):
            one, two = self.inner(spectral, temporal)
        return one.float(), two.float()

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """While this lasts, float32."""
        self._lowered = False
        try:
            yield
        finally:
            self._lowered = True


def is_transformer(module: Any) -> bool:
    """Whether the network has a part that may be lowered: elsewhere less than float32 costs too much."""
    return getattr(module, "crosstransformer", None) is not None


def reduce(module: Any, precision: str) -> LoweredTransformer | None:
    """Lower this network's transformer to the precision, in place; None where there is none or nothing to lower.

    Elsewhere autocast loses more than 60 dB allow, and Demucs and HDemucs have no transformer.
    """
    if precision == "float32" or not is_transformer(module):
        return None
    module.crosstransformer = LoweredTransformer(module.crosstransformer, _TYPES[precision])
    return module.crosstransformer


def restore(module: Any, lowered: LoweredTransformer | None) -> None:
    """Take back what `reduce` did to the module."""
    if lowered is not None:
        module.crosstransformer = lowered.inner
