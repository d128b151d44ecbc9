"""The Demucs classes we build, and building one from the arguments a weight file carries. torch is imported here."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from demucs.demucs import Demucs
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs

from worker.engine.errors import WeightsCorrupt

CLASSES: Mapping[str, type[torch.nn.Module]] = {"HTDemucs": HTDemucs, "HDemucs": HDemucs, "Demucs": Demucs}

# A tensor that HDemucs has and Demucs, whose layers are plain sequences, has not.
_HDEMUCS_TENSOR = "encoder.0.conv.weight"


def choose(offered: Iterable[str], tensors: Iterable[str]) -> str:
    """Which of the classes the catalog offers for a file holds tensors of these names.

    The catalog's word stands; the names decide only where it leaves HDemucs or Demucs open (bags that mix them).
    """
    names = tuple(offered)
    if len(names) == 1:
        return names[0]
    return "HDemucs" if _HDEMUCS_TENSOR in set(tensors) else "Demucs"


def build(name: str, args: list[Any], kwargs: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> Any:
    """A network of this class with these arguments and weights, in float32 and ready to run.

    Raises WeightsCorrupt when they do not fit, or make what cannot run.
    """
    module = build_empty(name, args, kwargs)
    try:
        module.load_state_dict(dict(state))
    except (TypeError, ValueError, RuntimeError, KeyError) as error:
        raise WeightsCorrupt(f"The weights do not fit the class {name}: {error}") from error
    if not all(parameter.numel() for parameter in module.parameters()):
        raise WeightsCorrupt(f"This {name} has layers without channels: neither Demucs nor Stemify can run it.")
    return module.float().eval().requires_grad_(False)


def build_empty(name: str, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    """A network of this class with random weights. Arguments the class does not know are left out, as Demucs does.

    Raises WeightsCorrupt when the arguments do not fit.
    """
    kind = CLASSES[name]
    known = inspect.signature(kind).parameters
    try:
        return kind(*args, **{key: value for key, value in kwargs.items() if key in known})
    except (TypeError, ValueError, RuntimeError, KeyError, AssertionError) as error:
        raise WeightsCorrupt(f"A {name} cannot be made with these arguments: {error}") from error
