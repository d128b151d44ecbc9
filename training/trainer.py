"""One training in the making: network, its average, optimiser and time spent; steps, saves, resumes. No printing."""

import copy
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.company import Company
from training.mixtures import Mixtures
from training.network import fresh, ready
from training.objective import distance
from training.songs import SAMPLE_RATE

_WARM_UP = 0.02
_SLOWEST = 0.01
_LONGER_FROM = (0.4, 0.8)
_WEIGHTS = (1.2, 1.0, 1.2, 1.0)


@dataclass(frozen=True)
class Plan:
    """How to train. The learning rate follows the share of `minutes` gone by, whatever number of steps fits in."""

    minutes: float
    batch: int = 4
    crop_seconds: float = 1.0
    rate: float = 2e-3
    spectral: float = 0.3
    averaging: float = 0.999
    half: bool = True
    seed: int = 0


class Trainer:
    """Trains by single steps. `seconds` is the time spent, as all members of the company agreed in the last step."""

    def __init__(self, plan: Plan, mixtures: Mixtures, company: Company) -> None:
        self.plan = plan
        self.mixtures = mixtures
        mixtures.reseed([plan.seed, company.rank])
        self.company = company
        self.network = fresh(plan.seed)
        self.average = copy.deepcopy(self.network)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=plan.rate, weight_decay=1e-3)
        self.steps = 0
        self.seconds = 0.0

    @property
    def gone(self) -> float:
        """The share of the planned time that is over, 0 to 1."""
        return min(1.0, self.seconds / (60 * self.plan.minutes))

    @property
    def rate(self) -> float:
        """The learning rate now: a short warm-up, then half a cosine."""
        if self.gone < _WARM_UP:
            return self.plan.rate * max(0.02, self.gone / _WARM_UP)
        way = (self.gone - _WARM_UP) / (1 - _WARM_UP)
        return self.plan.rate * (_SLOWEST + (1 - _SLOWEST) * (0.5 + 0.5 * math.cos(math.pi * way)))

    def step(self, seconds: float) -> float:
        """Learn from one batch, `seconds` after the start, and give its loss. Later on, crops get longer and fewer."""
        longer = 2 ** sum(self.gone > start for start in _LONGER_FROM)
        frames = round(self.plan.crop_seconds * longer * SAMPLE_RATE)
        truth = torch.from_numpy(self.mixtures.batch(max(1, self.plan.batch // longer), frames))
        self.network.train()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.plan.half):
            estimate = self.network(truth.sum(dim=1))
        weights = torch.tensor(_WEIGHTS)
        loss: Tensor = distance(estimate.float(), truth, weights=weights, spectral=self.plan.spectral)
        self._learn(loss, seconds)
        return float(loss.detach())

    def _learn(self, loss: Tensor, seconds: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        gradients = [value.grad for value in self.network.parameters() if value.grad is not None]
        self.seconds = self.company.agree(gradients, seconds)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        self.steps += 1
        keep = min(self.plan.averaging, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        ready(self.average)

    def save(self, path: Path) -> None:
        """Write everything a resume needs; the file is whole or the older one stays."""
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps": self.steps,
            "seconds": self.seconds,
            "plan": asdict(self.plan),
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def resume(self, path: Path) -> None:
        """Go on where the checkpoint stopped."""
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps, self.seconds = state["steps"], state["seconds"]
        self.mixtures.reseed([self.plan.seed, self.company.rank, self.steps])
