"""From what a stage has done to what a person is told: percent of the whole job, time left, at most 4 times a second.

Only what was really done counts; nothing here is made up while nothing happens.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from contract.events import JobProgressed, Stage

Clock = Callable[[], float]

_BEGINS: dict[Stage, float] = {"fetching": 0.0, "decoding": 2.0, "separating": 8.0, "encoding": 85.0, "storing": 98.0}
_ENDS = 99.0
"""A hundred is for the commit alone."""
_MESSAGES: dict[Stage, str] = {
    "fetching": "Fetching the recording",
    "decoding": "Reading the recording",
    "separating": "Separating",
    "encoding": "Writing the stems",
    "storing": "Storing the results",
}
_INTERVAL_SECONDS = 0.25
_SURE_PERCENT = 5.0
"""Below this the time spent says little about the time left; the expected time says it then."""


@dataclass(frozen=True)
class Step:
    """How far a job is: its stage, whole percent, seconds left (None when nothing is known)."""

    stage: Stage
    percent: int
    eta_seconds: float | None

    def event(self, message: str | None = None) -> JobProgressed:
        """The event that tells of it."""
        return JobProgressed(
            at=datetime.now(UTC),
            stage=self.stage,
            progress=self.percent,
            message=message or _MESSAGES[self.stage],
            eta_seconds=None if self.eta_seconds is None else round(self.eta_seconds, 1),
        )


class Progress:
    """One attempt's way from 0 to 99 percent, never falling. `expected_seconds`: of the whole, if known."""

    def __init__(self, *, expected_seconds: float | None = None, clock: Clock = time.monotonic) -> None:
        self._expected = expected_seconds
        self._clock = clock
        self._started = clock()
        self._percent = 0.0
        self._stage: Stage | None = None
        self._told_at = 0.0
        self._told_percent = -1
        self._told_message: str | None = None

    def at(self, stage: Stage, fraction: float, message: str | None = None) -> Step | None:
        """What to tell now that `fraction` (0 to 1) of `stage` is done; None when it is too soon or nothing new."""
        begins, ends = _BEGINS[stage], _end_of(stage)
        self._percent = max(self._percent, begins + (ends - begins) * min(max(fraction, 0.0), 1.0))
        entered, self._stage = stage != self._stage, stage
        now = self._clock()
        news = (int(self._percent), message) != (self._told_percent, self._told_message)
        if not (entered or (news and now - self._told_at >= _INTERVAL_SECONDS)):
            return None
        self._told_at, self._told_percent, self._told_message = now, int(self._percent), message
        return self.now(stage)

    def now(self, stage: Stage) -> Step:
        """Where it is, whether or not that was told before."""
        return Step(stage, int(self._percent), self._left(self._clock() - self._started))

    def _left(self, spent: float) -> float | None:
        if self._percent >= _SURE_PERCENT:
            return spent * (100.0 - self._percent) / self._percent
        return None if self._expected is None else max(0.0, self._expected - spent)


def _end_of(stage: Stage) -> float:
    later = [begins for begins in _BEGINS.values() if begins > _BEGINS[stage]]
    return min(later, default=_ENDS)
