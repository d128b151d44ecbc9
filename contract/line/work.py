"""How much work a job is, before it is done: what its turn in the line costs, and what estimates are made of. Pure."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Self

from contract.jobs import Job
from contract.line.paces import Paces
from contract.options import PRIORITIES, JobOptions

_USUAL_OVERLAP = 0.25
_UNKNOWN_AUDIO_SECONDS = 240.0
"""A song's length, for a recording that was not looked at yet."""


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

    def seconds(self, paces: Paces, device: str | None = None) -> float | None:
        """Expected seconds of work on this device (the mean over those that were measured); None when none was."""
        pace = paces.measured(self.model, device)
        return None if pace is None else pace * self.audio_seconds

    def charged_seconds(self, paces: Paces) -> float:
        """Expected seconds of work, as good a guess as there is."""
        return paces.expected(self.model) * self.audio_seconds
