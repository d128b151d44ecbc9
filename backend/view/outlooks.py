"""What waiting jobs have before them: read from the store when the line moved, worked out once for all who ask."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from contract.job_store import JobStore
from contract.line.fair_order import NEWCOMER, Line
from contract.line.outlook import Outlook, outlooks
from contract.line.paces import Speeds
from contract.line.speeds import SpeedBook
from contract.line.work import Work
from contract.worker_registry import WorkerRegistry

_LONGEST_SECONDS = 1.0
"""Estimates grow old by themselves, also while the line stands still."""
_SHARE_OF_TIME = 20
"""A long line is not worked out again at once: at most a twentieth of a processor goes into it."""
_SHORT_SECONDS = 0.001
"""What takes less of a processor to work out (some 300 jobs) is worked out whenever the line moved."""


@dataclass(frozen=True)
class _View:
    """The line at one moment, and what came of it; `seconds`: of a processor that it took."""

    line: Line
    devices: tuple[str, ...]
    speeds: Speeds
    found: Mapping[str, Outlook]
    moves: int
    read_at: float
    seconds: float

    @property
    def is_short(self) -> bool:
        """Whether it may be worked out whenever the line moved."""
        return self.seconds < _SHORT_SECONDS

    @property
    def is_old(self) -> bool:
        """Whether it says too little of now, even of a line that stands still."""
        return self._age >= _LONGEST_SECONDS

    @property
    def may_be_renewed(self) -> bool:
        """Whether it may be worked out again already."""
        return self.is_short or self._age > _SHARE_OF_TIME * self.seconds

    @property
    def _age(self) -> float:
        return time.monotonic() - self.read_at


@dataclass(frozen=True)
class Glance:
    """What is known without asking anybody. `is_current`: it need not be worked out anew.

    `may_be_told`: else, it may be told all the same while somebody does so; of a long line, that is.
    """

    found: Mapping[str, Outlook]
    is_current: bool = False
    may_be_told: bool = False


class Outlooks:
    """One for each replica, safe to share among threads. Every method raises StoreUnavailable."""

    def __init__(self, store: JobStore, speeds: SpeedBook, workers: WorkerRegistry) -> None:
        self._store = store
        self._speeds = speeds
        self._workers = workers
        self._lock = threading.Lock()
        self._view: _View | None = None

    def now(self) -> Mapping[str, Outlook]:
        """The prospects of all waiting jobs, by id."""
        return self._current().found

    def of(self, job_id: str) -> Outlook | None:
        """One waiting job's; None when it does not wait any more, or came into a long line just now."""
        view = self._current()
        if job_id not in view.found and view.may_be_renewed:
            view = self._renewed(view)
        return view.found.get(job_id)

    def glance(self, moves: int) -> Glance:
        """What is known now, by who has just read how often the line has moved. Waits for nothing."""
        view = self._view
        if view is None:
            return Glance({})
        if view.is_old:
            return Glance(view.found)
        if moves == view.moves or not view.may_be_renewed:
            return Glance(view.found, is_current=True)
        return Glance(view.found, may_be_told=not view.is_short)

    def renew(self) -> None:
        """Work it out from what the line is now."""
        self._renewed(None)

    def newcomer(self, share: str) -> Outlook:
        """What a job of this share would have before it if it were sent now."""
        view = self._current()
        work = Work(share=share, rank=1, model="", audio_seconds=0.0)
        return outlooks(view.line.joined_by(work), view.devices, view.speeds)[NEWCOMER]

    def _current(self) -> _View:
        view = self._view
        if view is None or view.is_old:
            return self._renewed(view)
        if not view.may_be_renewed or view.moves == self._store.line_moves():
            return view
        return self._renewed(view)

    def _renewed(self, view: _View | None) -> _View:
        """One that is read from now on. While another reads a long line, `view` does: waiting would hold a thread."""
        asked_at = time.monotonic()
        if view is None or view.is_short or view.is_old:
            self._lock.acquire()
        elif not self._lock.acquire(blocking=False):
            return view
        try:
            if self._view is None or self._view.read_at < asked_at:
                self._view = self._read()
            return self._view
        finally:
            self._lock.release()

    def _read(self) -> _View:
        began, worked = time.monotonic(), time.thread_time()
        moves, line = self._store.line_moves(), self._store.line()
        devices = tuple(worker.device for worker in self._workers.live())
        speeds = self._speeds.all()
        found = outlooks(line, devices, speeds)
        return _View(line, devices, speeds, found, moves, began, time.thread_time() - worked)
