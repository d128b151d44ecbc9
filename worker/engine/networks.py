"""Builds a model's networks from verified safetensors files. torch is imported here."""

from collections.abc import Iterable
from typing import Any

import torch
from demucs.htdemucs import HTDemucs

from worker.engine.architectures import build, choose
from worker.engine.catalog import ModelRecipe
from worker.engine.errors import WeightsCorrupt
from worker.engine.fast.forms import choose_form, choose_precision
from worker.engine.network import Network
from worker.engine.packages import read_package
from worker.engine.plain import PlainNetwork


def build_networks(
    recipe: ModelRecipe, contents: Iterable[bytes], *, device: torch.device, precision: str
) -> tuple[Network, ...]:
    """One network a file, on its device and in its fastest form there.

    `precision` may be `auto`: then each network chooses. Raises WeightsCorrupt, OutOfMemory, DeviceFailed.
    """
    return tuple(network_of(module, device, precision) for module in build_modules(recipe, contents))


def build_modules(recipe: ModelRecipe, contents: Iterable[bytes]) -> list[Any]:
    """Demucs's own module of each file, on the CPU. Raises WeightsCorrupt."""
    modules = [_build(recipe, content) for content in contents]
    _check_alike(recipe, modules)
    return modules


def network_of(module: Any, device: torch.device, precision: str) -> PlainNetwork:
    """The module on its device, in its fastest form there."""
    chosen = choose_precision(module, precision, device)
    form = choose_form(module, chosen, device)
    return PlainNetwork(module, device=device, precision=chosen, faster=form)


def _build(recipe: ModelRecipe, content: bytes) -> Any:
    package = read_package(content)
    kwargs = package.kwargs if recipe.kwargs is None else recipe.kwargs
    module = build(choose(recipe.classes, package.state), package.args, kwargs, package.state)
    # As demucs.apply.BagOfModels has it: an HTDemucs cannot be given more than it was trained with.
    wanted = recipe.segment_seconds
    if wanted is not None and not (isinstance(module, HTDemucs) and wanted > module.segment):
        module.segment = wanted
    return module


def _check_alike(recipe: ModelRecipe, modules: list[Any]) -> None:
    for module in modules:
        if tuple(module.sources) != recipe.sources:
            raise WeightsCorrupt(f"{recipe.name} separates {', '.join(module.sources)}: not what the catalog says.")
        if (module.samplerate, module.audio_channels) != (modules[0].samplerate, modules[0].audio_channels):
            raise WeightsCorrupt(f"The networks of {recipe.name} differ in sample rate or channels.")
