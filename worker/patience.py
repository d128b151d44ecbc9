"""How long an attempt that should stop may still go on. It watches one attempt, and stops nothing."""

import time
from collections.abc import Callable

from worker.stops import Stop

Clock = Callable[[], float]


class Patience:
    """`seconds`: from when it is first seen that the attempt should stop; `why`: why it should, None while not."""

    def __init__(self, seconds: float, why: Callable[[], Stop | None], *, clock: Clock = time.monotonic) -> None:
        self._seconds = seconds
        self._why = why
        self._clock = clock
        self._since: float | None = None

    def exhausted(self) -> Stop | None:
        """Why the attempt should have stopped long ago; None while it need not stop, or may still."""
        why, now = self._why(), self._clock()
        if why is None:
            self._since = None
            return None
        self._since = now if self._since is None else self._since
        return why if now - self._since >= self._seconds else None
