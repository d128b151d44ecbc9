"""Which part of the network computes in which type of number."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class BranchPrecision:
    """A type for the encoders, for the decoders, and for the last decoder."""

    encoder: torch.dtype
    decoder: torch.dtype
    last: torch.dtype


@dataclass(frozen=True)
class Precision:
    """A type for each part."""

    spectral: BranchPrecision
    temporal: BranchPrecision
    transformer: torch.dtype


def precision_named(name: str) -> Precision:
    """`float32` throughout, or `bfloat16` wherever that costs little."""
    whole = BranchPrecision(torch.float32, torch.float32, torch.float32)
    if name == "float32":
        return Precision(whole, whole, torch.float32)
    half = BranchPrecision(torch.bfloat16, torch.bfloat16, torch.bfloat16)
    # The last temporal decoder ends in the sound itself, where its roundings are heard as they are; and it is cheap.
    temporal = BranchPrecision(torch.bfloat16, torch.bfloat16, torch.float32)
    return Precision(half, temporal, torch.bfloat16)
