"""Which part of the network computes in which type of number."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Precision:
    """A type for each part."""

    encoder: torch.dtype
    encoder_temporal: torch.dtype
    transformer: torch.dtype
    decoder: torch.dtype
    decoder_temporal: torch.dtype


def precision_named(name: str) -> Precision:
    """`float32` throughout, or `bfloat16` wherever that costs little."""
    whole = torch.float32
    if name == "float32":
        return Precision(whole, whole, whole, whole, whole)
    half = torch.bfloat16
    # The temporal decoder ends in the sound itself, where its roundings are heard as they are; and it is cheap.
    return Precision(half, half, half, half, whole)
