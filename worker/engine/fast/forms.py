"""Chooses a network's faster form, where it has one. Knows which; how they compute is theirs."""

from typing import Any

import torch

from worker.engine.fast.htdemucs import FastHTDemucs
from worker.engine.fast.precision import precision_named

# What a processor must be able to do for bfloat16 to be faster than float32 on it, any of these.
_BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16")


def choose_precision(module: Any, wanted: str, device: torch.device) -> str:
    """`wanted`, or for `auto` bfloat16 where that is faster and near enough, and float32 elsewhere."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if _covered(module, device) and has_bfloat16() else "float32"


def choose_form(module: Any, precision: str, device: torch.device) -> FastHTDemucs | None:
    """A form that computes what `module` computes in this precision, faster than the module on this device."""
    if precision not in ("float32", "bfloat16") or not _covered(module, device):
        return None
    with torch.inference_mode():
        return FastHTDemucs(module, precision_named(precision))


def has_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16."""
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(able.get(name, False) for name in _BFLOAT16_INSTRUCTIONS)


def _covered(module: Any, device: torch.device) -> bool:
    return device.type == "cpu" and FastHTDemucs.covers(module)
