"""Reading what a weight file holds, in Demucs's published form or as safetensors. torch is imported here.

Runs no code a file names: pickles are read with `weights_only` under an allow-list, classes come from the catalog.
"""

import io
import json
import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import safetensors
import safetensors.torch
import torch

from worker.engine.architectures import CLASSES
from worker.engine.errors import WeightsCorrupt

_LENGTH = struct.Struct("<Q")
_LARGEST_HEADER_BYTES = 16 * 1024**2


@dataclass(frozen=True, kw_only=True)
class WeightPackage:
    """A network's weights and what its class is to be made with.

    `class_name` is only what a pickle claims (None for safetensors): to be compared with the catalog, never obeyed.
    `state` maps names to tensors; that of a quantised package is diffq's own.
    """

    args: list[Any]
    kwargs: dict[str, Any]
    state: dict[str, Any]
    class_name: str | None = None


def read_package(content: bytes, allowed: Mapping[str, type] | None = None) -> WeightPackage:
    """The package in these bytes, whichever form it has. `allowed`: more classes a pickle may name (diffq's).

    Raises WeightsCorrupt.
    """
    return _read_safetensors(content) if _is_safetensors(content) else _read_pickle(content, allowed or {})


def write_safetensors(package: WeightPackage) -> bytes:
    """The package as safetensors, in the form Demucs publishes on the Hugging Face hub, naming no class."""
    metadata = {"args": json.dumps(_encoded(package.args)), "kwargs": json.dumps(_encoded(package.kwargs))}
    tensors = {name: value.detach().clone().contiguous() for name, value in package.state.items()}
    return safetensors.torch.save(tensors, metadata=metadata)


def _is_safetensors(content: bytes) -> bool:
    return len(content) > _LENGTH.size and content[_LENGTH.size : _LENGTH.size + 1] == b"{"


def _read_safetensors(content: bytes) -> WeightPackage:
    try:
        metadata = _metadata(content)
        if "structure" in metadata:
            raise WeightsCorrupt("Quantised weights as safetensors are not understood; use the .th file.")
        return WeightPackage(
            args=_decoded(json.loads(metadata.get("args", "[]"))),
            kwargs=_decoded(json.loads(metadata.get("kwargs", "{}"))),
            state=safetensors.torch.load(content),
        )
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsCorrupt(f"This is no safetensors file of a Demucs network: {error}") from error


def _metadata(content: bytes) -> dict[str, str]:
    (length,) = _LENGTH.unpack_from(content)
    if length > _LARGEST_HEADER_BYTES:
        raise WeightsCorrupt("The header of the safetensors file is too large.")
    found = json.loads(content[_LENGTH.size : _LENGTH.size + length]).get("__metadata__") or {}
    return {str(key): str(value) for key, value in found.items()}


def _read_pickle(content: bytes, allowed: Mapping[str, type]) -> WeightPackage:
    classes = [*CLASSES.values(), Fraction, *allowed.values()]
    try:
        with torch.serialization.safe_globals(classes):
            package = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        return WeightPackage(
            class_name=package["klass"].__name__,
            args=list(package["args"]),
            kwargs=dict(package["kwargs"]),
            state=dict(package["state"]),
        )
    except (pickle.UnpicklingError, EOFError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsCorrupt(f"This is no weight file as Demucs publishes them: {reason}") from error


def _encoded(value: Any) -> Any:
    """As JSON, with fractions in the form of demucs.hf. Raises WeightsCorrupt for anything else."""
    if isinstance(value, Fraction):
        return {"_type": "fraction", "numerator": value.numerator, "denominator": value.denominator}
    if isinstance(value, Mapping):
        return {str(key): _encoded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise WeightsCorrupt(f"A network cannot be made with a {type(value).__name__}.")


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("_type") == "fraction":
            return Fraction(value["numerator"], value["denominator"])
        return {key: _decoded(item) for key, item in value.items()}
    return [_decoded(item) for item in value] if isinstance(value, list) else value
