"""How the worker's main process stops: no new jobs, and the children told until they are gone. Replaces Celery's way.

Celery's soft shutdown sleeps its whole time even when the job ends at once, and then kills without a word. Here the
children hear of it at the beginning: the job in hand may end, is handed back when its time is over, and the worker
ends as soon as they are done.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from celery.worker import state

_AGAIN_SECONDS = 1.0
"""A child that takes a job at this very moment hears the next word."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
HELPLESS = signal.SIGUSR2
"""Tells a main process that its worker is of no use: it stops, and says so by its exit status."""
_HELPLESS_CODE = os.EX_UNAVAILABLE


def listen_early() -> None:
    """Before there are children: one that is helpless at once ends the worker as soon as it listens."""

    def leave(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
        state.should_stop = _HELPLESS_CODE

    signal.signal(HELPLESS, leave)


def listen(children: Callable[[], list[int]]) -> None:
    """From now on the first SIGTERM or SIGINT stops the worker in good order; a second one is Celery's again.

    Whoever is helpless stops it too; then its exit status is not 0.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def leave(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
        for number, earlier in before.items():
            signal.signal(number, earlier)
        state.should_stop = _HELPLESS_CODE if signum == HELPLESS else os.EX_OK
        threading.Thread(target=_tell, args=(children,), name="departure", daemon=True).start()

    for number in (*_SIGNALS, HELPLESS):
        signal.signal(number, leave)


def _tell(children: Callable[[], list[int]]) -> None:
    pause = threading.Event()
    while True:
        for pid in children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        pause.wait(_AGAIN_SECONDS)
