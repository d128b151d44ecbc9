"""One attempt's hold on its job: a thread renews it, and changes are recorded under it. Knows nothing of the work."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from contract.errors import LeaseLost, StoreUnavailable
from contract.events import JobProgressed, StemFinished
from contract.job_store import JobStore
from contract.jobs import Job

_log = structlog.get_logger(__name__)

_ASK_SECONDS = 0.5
_SILENCE_SECONDS = 5.0
"""While the store does not answer, progress is not told for so long: telling waits for a time-out, and work goes on."""


class Lease:
    """Held inside the with-block, renewed every `beat_seconds`. An outage of the store does not end it; the store does.

    `job` is the job as last seen; `is_lost` says that another attempt holds it now, or that it ended; `on_beat` is
    called before each beat, in the thread that beats, also when there is nothing left to renew.
    """

    def __init__(
        self, store: JobStore, job: Job, *, beat_seconds: float, on_beat: Callable[[], None] = lambda: None
    ) -> None:
        self.job = job
        self.is_lost = False
        self._store = store
        self._seconds = beat_seconds
        self._on_beat = on_beat
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._silent_until = 0.0
        self._asked = 0.0
        self._thread = threading.Thread(target=self._beat, name="beat", daemon=True)

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody wants the job stopped."""
        return self.job.cancel_requested

    def record(self, event: JobProgressed | StemFinished) -> None:
        """Tell the store and the world what was done. What cannot be told now is left out; the ending tells it all."""
        if self.is_lost or time.monotonic() < self._silent_until:
            return
        try:
            self._see(self._store.record(self.job, event))
        except LeaseLost:
            self.is_lost = True
        except StoreUnavailable:
            self._silent_until = time.monotonic() + _SILENCE_SECONDS
            _log.warning("progress_not_told", happened=event.type)

    def ask(self) -> None:
        """Renew it now, at most twice a second: work that tells nothing for long hears of a cancel by this."""
        now = time.monotonic()
        if now - self._asked >= _ASK_SECONDS and now >= self._silent_until and not self.is_lost:
            self._asked = now
            self._renew()

    def stop_beating(self) -> None:
        """End the thread; the lease lapses by itself unless the job is ended or given back."""
        self._over.set()
        self._thread.join(timeout=self._seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_beating()

    def _beat(self) -> None:
        while not self._over.wait(self._seconds):
            self._on_beat()
            if not self.is_lost:
                self._renew()

    def _renew(self) -> None:
        try:
            self._see(self._store.beat(self.job))
        except LeaseLost:
            self.is_lost = not self._over.is_set()
        except StoreUnavailable:
            self._silent_until = time.monotonic() + _SILENCE_SECONDS
            _log.warning("beat_not_heard")

    def _see(self, job: Job) -> None:
        """Answers of the two threads may cross: the newest version is the one to keep."""
        with self._lock:
            if job.version >= self.job.version:
                self.job = job
