"""Turns a published weight file into the safetensors file we keep, once. torch is imported here."""

import importlib
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

import torch

from worker.engine.architectures import build_empty
from worker.engine.catalog import ModelRecipe
from worker.engine.errors import ModelUnavailable, WeightsCorrupt
from worker.engine.packages import WeightPackage, read_package, write_safetensors


def convert(content: bytes, recipe: ModelRecipe) -> bytes:
    """The safetensors file of these published bytes, already verified. Raises WeightsCorrupt, ModelUnavailable."""
    quantizers = _quantizers(_diffq(recipe)) if recipe.quantised else {}
    package = read_package(content, quantizers)
    if package.class_name is not None and package.class_name not in recipe.classes:
        raise WeightsCorrupt(f"The weights of {recipe.name} are of another class: {package.class_name}.")
    if package.state.get("__quantized"):
        package = _unpacked(package, recipe)
    if not all(isinstance(value, torch.Tensor) for value in package.state.values()):
        raise WeightsCorrupt(f"The weights of {recipe.name} are not all tensors.")
    return write_safetensors(package)


def require_packages(recipe: ModelRecipe) -> None:
    """Raises ModelUnavailable where a package that this model needs is missing, saying what to install."""
    if recipe.quantised:
        _diffq(recipe)


def _diffq(recipe: ModelRecipe) -> ModuleType:
    try:
        return importlib.import_module("diffq")
    except ImportError as error:
        raise ModelUnavailable(
            f"The weights of {recipe.name} are quantised and need the package diffq: pip install diffq "
            f"(it builds with a C compiler). {recipe.name.removesuffix('_q')} needs no such package."
        ) from error


def _quantizers(diffq: ModuleType) -> Mapping[str, type[Any]]:
    return {"DiffQuantizer": diffq.DiffQuantizer, "UniformQuantizer": diffq.UniformQuantizer}


def _unpacked(package: WeightPackage, recipe: ModelRecipe) -> WeightPackage:
    """The same with diffq's packed state restored to tensors."""
    if package.class_name is None:
        raise WeightsCorrupt(f"The quantised weights of {recipe.name} do not say their class.")
    module = build_empty(package.class_name, package.args, package.kwargs)
    try:
        _diffq(recipe).restore_quantized_state(module, package.state)
    except (KeyError, TypeError, ValueError, RuntimeError, AssertionError) as error:
        raise WeightsCorrupt(f"The quantised weights of {recipe.name} cannot be unpacked: {error}") from error
    return replace(package, state=module.state_dict())
