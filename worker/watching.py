"""What the work may ask and tell while it runs: whether to stop, how far it is. Knows the lease, not the data."""

from collections.abc import Callable
from typing import Protocol

from contract.events import JobProgressed, Stage, StemFinished
from contract.jobs import Job
from contract.recordings import Source, Warned
from worker.progress import Progress
from worker.stops import Stop, Stopped

StopSign = Callable[[], bool]


class Held(Protocol):
    """A job that is held, as a lease does."""

    job: Job
    is_lost: bool

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody wants the job stopped."""

    def ask(self) -> None:
        """Hear at once what the store says of the job, if that was not asked just now."""

    def record(self, event: JobProgressed | StemFinished) -> None:
        """Tell what was done."""


class Watching:
    """One attempt, seen from its work."""

    def __init__(self, lease: Held, progress: Progress, *, leaving: StopSign, timed_out: StopSign) -> None:
        self._lease = lease
        self._progress = progress
        self._leaving = leaving
        self._timed_out = timed_out

    @property
    def stop(self) -> Stop | None:
        """Why the work should stop now, if it should."""
        if self._lease.is_lost:
            return Stop.lease_lost
        if self._lease.cancel_requested:
            return Stop.canceled
        if self._leaving():
            return Stop.leaving
        return Stop.timed_out if self._timed_out() else None

    def check(self) -> None:
        """Raises Stopped when the work should stop."""
        if (why := self.stop) is not None:
            raise Stopped(why)

    def listen(self) -> None:
        """As check, but the store is asked; for work in which nothing is told for long. Raises Stopped."""
        self._lease.ask()
        self.check()

    def reached(self, stage: Stage, fraction: float = 0.0, *, message: str | None = None) -> None:
        """So much of this stage is done (0 to 1). Raises nothing: whoever works also asks whether to stop."""
        step = self._progress.at(stage, fraction, message)
        if step is not None:
            self._lease.record(step.event(message))

    def found(self, source: Source, warnings: tuple[Warned, ...]) -> None:
        """Tell at once what the recording turned out to be."""
        now = self._progress.now("fetching")
        self._lease.record(now.event().model_copy(update={"source": source, "warnings": warnings}))

    def tell(self, event: JobProgressed | StemFinished) -> None:
        """Tell something at once."""
        self._lease.record(event)
