"""Processes that learn together: each takes part of a step's examples, all take the mean of what they found."""

from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor


class Company:
    """One member's view. With a single member nothing is exchanged."""

    def __init__(self, rank: int, members: int, meeting: Path) -> None:
        """Join the others, who name the same meeting file; it must not be left over from an earlier company."""
        self.rank = rank
        self._members = members
        if members > 1:
            dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=members)

    @property
    def leads(self) -> bool:
        """Whether this member is the one that reports and saves."""
        return self.rank == 0

    def agree(self, gradients: list[Tensor], seconds: float) -> float:
        """Replace the gradients by their mean over all members; gives the leader's `seconds`, the clock for all."""
        if self._members == 1:
            return seconds
        clock = torch.tensor([seconds if self.leads else 0.0])
        together = torch.cat([gradient.reshape(-1) for gradient in gradients] + [clock])
        dist.all_reduce(together)
        together[:-1] /= self._members
        parts = together[:-1].split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))
        return float(together[-1])
