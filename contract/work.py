"""How much work a job is, before it is done: what its turn in the line costs, and what estimates are made of. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Self

from contract.jobs import Job
from contract.options import PRIORITIES, JobOptions

Speeds = Mapping[tuple[str, str], float]
"""Measured seconds of work for a second of audio, by (model, device)."""

_USUAL_OVERLAP = 0.25
_UNKNOWN_AUDIO_SECONDS = 240.0
"""A song's length, for a recording that was not looked at yet."""
_UNMEASURED_PACE = 1.0
"""Seconds of work for a second of audio where nothing was ever measured."""


def effort(options: JobOptions) -> float:
    """How much work these options make, against one pass with the usual overlap."""
    return max(1, options.shifts) * (1 - _USUAL_OVERLAP) / (1 - options.overlap)


@dataclass(frozen=True, kw_only=True)
class Work:
    """A waiting or running job, as far as the line needs to know it.

    `share`: whose turn it takes. `rank`: 0 for the first of the share's priorities. `audio_seconds`: times the passes
    over them. `claimed_ms` and `charge` (expected seconds of work) are set while it runs, else None.
    """

    share: str
    rank: int
    model: str
    audio_seconds: float
    claimed_ms: float | None = None
    charge: float | None = None

    @classmethod
    def of(cls, job: Job) -> Self:
        """The work a job is."""
        audio = job.source.duration_seconds
        return cls(
            share=job.share or job.tenant,
            rank=PRIORITIES.index(job.options.priority),
            model=job.options.model,
            audio_seconds=round((_UNKNOWN_AUDIO_SECONDS if audio is None else audio) * effort(job.options), 3),
        )

    @classmethod
    def parse(cls, text: bytes | str) -> Self:
        """What `as_json` wrote. Raises ValueError, TypeError."""
        return cls(**json.loads(text))

    def claimed(self, at: datetime, *, charge: float) -> Self:
        """The same work, taken by a worker now."""
        return replace(self, claimed_ms=at.timestamp() * 1000, charge=round(charge, 3))

    def as_json(self) -> str:
        """As it is kept in Redis and read by the scripts."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    def seconds(self, speeds: Speeds, device: str | None = None) -> float | None:
        """Expected seconds of work on this device (the mean over those that were measured); None when none was."""
        found = speeds.get((self.model, device)) if device is not None else None
        if found is None:
            measured = [speed for (model, _), speed in speeds.items() if model == self.model]
            found = sum(measured) / len(measured) if measured else None
        return None if found is None else found * self.audio_seconds

    def charged_seconds(self, speeds: Speeds) -> float:
        """Expected seconds of work, as good a guess as there is."""
        known = self.seconds(speeds)
        if known is not None:
            return known
        pace = sum(speeds.values()) / len(speeds) if speeds else _UNMEASURED_PACE
        return pace * self.audio_seconds
