"""Tells when something takes longer than it may, while it still does. Stops nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def told_when_overdue(seconds: float, tell: Callable[[], None]) -> Iterator[None]:
    """While this lasts: once it has lasted `seconds`, `tell` is called, on a thread of its own."""
    timer = threading.Timer(seconds, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
