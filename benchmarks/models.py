"""The networks that are measured: the published architecture with weights that hide no error, and the demo model."""

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from demucs.htdemucs import HTDemucs

from worker.engine.catalog import load_recipes
from worker.engine.networks import build_modules
from worker.engine.weights import WeightsStore

SOURCES = ("drums", "bass", "other", "vocals")


def make_htdemucs(seed: int = 0) -> Any:
    """The architecture of the published `htdemucs`, with hard random weights.

    Freshly made weights let the transformer and DConv barely speak: their scales start near zero. Here they speak up.
    """
    torch.manual_seed(seed)
    module = HTDemucs(
        list(SOURCES),
        bottom_channels=512,
        dconv_mode=3,
        segment=Fraction(39, 5),
        t_layers=5,
        t_heads=8,
        t_hidden_scale=4.0,
    )
    for name, parameter in module.named_parameters():
        if parameter.dim() == 1 and name.endswith("scale"):
            parameter.data.uniform_(0.1, 0.6)
        elif "norm" in name or parameter.dim() == 1:
            parameter.data += 0.2 * torch.randn(parameter.shape)
        elif "in_proj" in name:
            parameter.data *= 2
    return module.eval().requires_grad_(False)


def load_demo() -> Any:
    """The bundled demo model."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = load_recipes()["demo"]
        store = WeightsStore(Path(folder), fetch=False)
        return build_modules(recipe, store.contents(recipe, None))[0]


MODELS = {"htdemucs": make_htdemucs, "demo": load_demo}
