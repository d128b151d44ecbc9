"""Builds a model's networks from verified safetensors files. torch is imported here."""

from collections.abc import Iterable
from typing import Any

import torch
from demucs.htdemucs import HTDemucs

from worker.engine.architectures import build, choose
from worker.engine.catalog import ModelRecipe
from worker.engine.errors import WeightsCorrupt
from worker.engine.fast.forms import choose_form, choose_precision
from worker.engine.fast.htdemucs import FastHTDemucs
from worker.engine.gpu import GpuNetwork, suits_half
from worker.engine.network import Network
from worker.engine.packages import read_package
from worker.engine.plain import PlainNetwork


def build_networks(
    recipe: ModelRecipe, contents: Iterable[bytes], *, device: torch.device, precision: str, may_retreat: bool = False
) -> tuple[Network, ...]:
    """One network a file, on its device and in its fastest form there.

    `precision` may be `auto`: then each network chooses. `may_retreat`: to the CPU, where a GPU's memory does not hold
    one segment. Raises WeightsCorrupt, OutOfMemory, DeviceFailed.
    """
    modules = build_modules(recipe, contents)
    return tuple(network_of(module, device, precision, may_retreat=may_retreat) for module in modules)


def build_modules(recipe: ModelRecipe, contents: Iterable[bytes]) -> list[Any]:
    """Demucs's own module of each file, on the CPU. Raises WeightsCorrupt."""
    modules = [_build(recipe, content) for content in contents]
    _check_alike(recipe, modules)
    return modules


def network_of(module: Any, device: torch.device, precision: str, *, may_retreat: bool = False) -> PlainNetwork:
    """The module on its device, in its fastest form there."""
    if device.type == "cuda":
        chosen = "float16" if precision == "auto" and suits_half(module, device) else precision
        return GpuNetwork(
            module,
            device=device,
            precision="float32" if chosen == "auto" else chosen,
            fallback=on_cpu if may_retreat else None,
        )
    chosen = choose_precision(module, precision, device)
    form = choose_form(module, chosen, device)
    return PlainNetwork(module, device=device, precision=chosen, faster=form)


def on_cpu(module: Any) -> tuple[str, FastHTDemucs | None]:
    """The precision and the form in which a module is run that came back to the CPU."""
    device = torch.device("cpu")
    chosen = choose_precision(module, "auto", device)
    return chosen, choose_form(module, chosen, device)


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
