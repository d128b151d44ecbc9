"""How many recordings are arriving at this replica now: let in, and not yet jobs. They are in the line as good as."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Arrivals:
    """Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0

    @property
    def now(self) -> int:
        """How many."""
        return self._now

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more while the block lasts."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def _add(self, count: int) -> None:
        with self._lock:
            self._now += count
