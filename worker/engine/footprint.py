"""How much memory tensors hold, wherever they hang on an object. torch is imported here; knows no network."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch

_OURS = "worker.engine."


def held_bytes(*roots: object) -> int:
    """Bytes of all tensors reachable from these objects by attributes and containers, each storage counted once.

    Weights that oneDNN packed are tensors of a layout of their own, beside the module's; they count as well.
    """
    seen: set[int] = set()
    found: dict[object, int] = {}
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, torch.Tensor):
            key, size = _storage(one)
            found[key] = max(size, found.get(key, 0))
        else:
            waiting.extend(_parts(one))
    return sum(found.values())


def _storage(tensor: torch.Tensor) -> tuple[object, int]:
    if tensor.is_meta:
        return "meta", 0
    if tensor.layout is not torch.strided:  # packed: it has no storage that one may look at
        return id(tensor), tensor.numel() * tensor.element_size()
    storage = tensor.untyped_storage()
    return (str(tensor.device), storage.data_ptr()), storage.nbytes()


def _parts(one: object) -> Iterable[Any]:
    if isinstance(one, Mapping):
        return one.values()
    if isinstance(one, list | tuple | set):
        return one
    if isinstance(one, torch.nn.Module) or type(one).__module__.startswith(_OURS):
        return getattr(one, "__dict__", {}).values()
    return ()
