"""How long one attempt at a job may take, from the recording's length and the measured speed. Arithmetic only."""

import time
from dataclasses import dataclass

from contract.jobs import Job
from contract.options import JobOptions
from worker.settings import TimeLimitSettings

_USUAL_OVERLAP = 0.25


@dataclass(frozen=True)
class Deadline:
    """When an attempt should stop (`soft`) and when it must have (`hard`), on the monotonic clock."""

    soft: float
    hard: float

    @property
    def passed(self) -> bool:
        """Whether the attempt should stop now."""
        return time.monotonic() >= self.soft

    @property
    def overdue(self) -> bool:
        """Whether the attempt should have stopped long ago."""
        return time.monotonic() >= self.hard


def effort(options: JobOptions) -> float:
    """How much work these options make, against one pass with the usual overlap."""
    return max(1, options.shifts) * (1 - _USUAL_OVERLAP) / (1 - options.overlap)


def budget_seconds(job: Job, *, speed: float | None, longest: float, limits: TimeLimitSettings) -> float:
    """Time for an attempt. `speed`: work seconds for an audio second; `longest`: audio seconds, when not known."""
    audio = job.source.duration_seconds or longest
    pace = limits.unmeasured if speed is None else speed * limits.patience
    return min(limits.most_seconds, limits.least_seconds + pace * audio * effort(job.options))


def deadline_in(seconds: float, limits: TimeLimitSettings) -> Deadline:
    """The deadline `seconds` from now."""
    now = time.monotonic()
    return Deadline(soft=now + seconds, hard=now + seconds + limits.hard_after_seconds)
