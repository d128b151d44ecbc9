"""Why a running attempt has to stop before its end, and the signal by which its process is told. Knows no job."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType


class Stop(StrEnum):
    """Why an attempt stops."""

    canceled = "canceled"
    lease_lost = "lease_lost"
    leaving = "leaving"
    timed_out = "timed_out"


class Stopped(Exception):
    """The attempt stops early."""

    def __init__(self, why: Stop) -> None:
        super().__init__(why)
        self.why = why


class Departure:
    """Whether this process should go: told by SIGTERM, it has `grace_seconds` left for the job in hand."""

    def __init__(self, grace_seconds: float) -> None:
        self._grace = grace_seconds
        self._due: float | None = None

    @property
    def is_due(self) -> bool:
        """True once the time that was left is over."""
        return self._due is not None and time.monotonic() >= self._due

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen for SIGTERM inside the with-block, in the main thread. Celery resets signals after its own start."""
        before = signal.signal(signal.SIGTERM, self._told)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def _told(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._due is None:
            self._due = time.monotonic() + self._grace
