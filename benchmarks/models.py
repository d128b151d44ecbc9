"""The networks that are measured: architectures with random weights that hide no error."""

from typing import Any

import torch
from demucs.demucs import Demucs
from demucs.htdemucs import HTDemucs

from worker.engine.stand_in import HTDEMUCS, HTDEMUCS_SEGMENT

SOURCES = ("drums", "bass", "other", "vocals")
SPECIALISTS = tuple(tuple(float(row == column) for column in range(4)) for row in range(4))

_TINY = {"channels": 8, "depth": 2, "t_layers": 0, "dconv_mode": 0}
_LEAST = {"channels": 4, "depth": 2, "lstm_layers": 0, "dconv_mode": 0, "resample": False}


def make_htdemucs(seed: int = 0) -> Any:
    """The architecture of the published `htdemucs`, 42 million hard random weights."""
    return _hardened(HTDEMUCS, seed)


def make_tiny(seed: int = 0) -> Any:
    """An HTDemucs with htdemucs's segment, rate and stems that costs a twentieth of it."""
    return _hardened(_TINY, seed)


def make_least(seed: int = 0) -> Any:
    """A Demucs with the same segment, rate and stems and hardly any arithmetic: what remains is the streaming."""
    torch.manual_seed(seed)
    return Demucs(list(SOURCES), segment=float(HTDEMUCS_SEGMENT), **_LEAST).eval().requires_grad_(False)


def _hardened(settings: dict[str, Any], seed: int) -> Any:
    """Freshly made weights let the transformer and DConv barely speak: their scales start near zero. Here they do."""
    torch.manual_seed(seed)
    module = HTDemucs(list(SOURCES), segment=HTDEMUCS_SEGMENT, **settings)
    for name, parameter in module.named_parameters():
        if parameter.dim() == 1 and name.endswith("scale"):
            parameter.data.uniform_(0.1, 0.6)
        elif "norm" in name or parameter.dim() == 1:
            parameter.data += 0.2 * torch.randn(parameter.shape)
        elif "in_proj" in name:
            parameter.data *= 2
    return module.eval().requires_grad_(False)


# How each model's networks are made, one after the other, and what each counts for which source (None: all alike).
MODELS = {
    "htdemucs": ((make_htdemucs,), None),
    "htdemucs_ft": ((make_htdemucs,) * 4, SPECIALISTS),
    "tiny": ((make_tiny,), None),
    "least": ((make_least,), None),
    "tiny_ft": ((make_tiny,) * 4, SPECIALISTS),
}
