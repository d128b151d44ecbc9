"""How long one attempt at a job may take, from the recording's length and the measured speed. Arithmetic only."""

import time
from dataclasses import dataclass

from contract.jobs import Job
from contract.line.work import effort
from worker.settings import TimeLimitSettings


@dataclass(frozen=True)
class Deadline:
    """When an attempt should stop, on the monotonic clock."""

    at: float

    @property
    def passed(self) -> bool:
        """Whether the attempt should stop now."""
        return time.monotonic() >= self.at


@dataclass(frozen=True)
class TimeLimits:
    """What one deployment allows. `longest_seconds`: of a recording."""

    settings: TimeLimitSettings
    longest_seconds: float

    def budget_seconds(self, job: Job, *, speed: float | None) -> float:
        """Time for an attempt. `speed`: measured work seconds for an audio second, or None."""
        settings = self.settings
        audio = job.source.duration_seconds or self.longest_seconds
        pace = settings.unmeasured if speed is None else speed * settings.patience
        return min(settings.most_seconds, settings.least_seconds + pace * audio * effort(job.options))

    def deadline(self, job: Job, *, speed: float | None) -> Deadline:
        """The deadline of an attempt that begins now."""
        return Deadline(at=time.monotonic() + self.budget_seconds(job, speed=speed))
