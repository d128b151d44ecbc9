"""Loaded models, kept warm: least recently used out, within a memory budget. Knows no job."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog

from worker.engine import OutOfMemory, Separator
from worker.engine.separator import WARM_UP_SECONDS
from worker.model_metrics import ModelMetrics
from worker.overdue import told_when_overdue

Load = Callable[[str], Separator]

_log = structlog.get_logger(__name__)


class ModelPool:
    """Separators by name. One is used at a time; whoever comes meanwhile (a warm-up) waits.

    `budget_bytes`: for what they hold and for the largest's work, together. `warm_up_seconds`: by kind of device, after
    which a warm-up is told as overdue.
    """

    def __init__(
        self,
        load: Load,
        *,
        budget_bytes: int,
        metrics: ModelMetrics,
        spare: Load | None = None,
        warm_up_seconds: Mapping[str, float] = WARM_UP_SECONDS,
    ) -> None:
        self._load = load
        self._spare = spare
        self._budget = budget_bytes
        self._metrics = metrics
        self._warm_up_seconds = warm_up_seconds
        self._kept: OrderedDict[str, Separator] = OrderedDict()
        self._devices: dict[str, str] = {}
        self._lock = threading.RLock()

    @property
    def resident(self) -> tuple[str, ...]:
        """The names of the loaded models, last used last."""
        return tuple(self._kept)

    @contextmanager
    def borrow(self, name: str) -> Iterator[Separator]:
        """The model, loaded if it was not, to oneself inside the with-block. Raises what loading raises."""
        with self._lock:
            separator = self._warm(name)
            try:
                yield separator
            finally:
                if separator.device != self._devices[name] and name in self._kept:
                    self._evict(name)  # memory sent it to the CPU: the next job tries the device again

    def warm(self, name: str, *, device: str) -> float:
        """Load the model and run a segment through it, on this device; seconds it took. One that is overdue is told
        while it lasts. Raises what loading raises, DeviceFailed."""
        bound = self._warm_up_seconds["cuda" if device.startswith("cuda") else "cpu"]
        started = time.perf_counter()
        with told_when_overdue(bound, lambda: self._tell_overdue(name, device, bound)), self.borrow(name) as separator:
            separator.warm_up()
        seconds = time.perf_counter() - started
        self._metrics.warmed(name, seconds)
        _log.info("model_warm", model=name, device=device, seconds=round(seconds, 2), bound_seconds=bound)
        return seconds

    def evict_others(self, name: str) -> bool:
        """Let go of every model but this one; whether there was any."""
        with self._lock:
            others = [other for other in self._kept if other != name]
            for other in others:
                self._evict(other)
            return bool(others)

    def _warm(self, name: str) -> Separator:
        if name not in self._kept:
            self._kept[name] = self._loaded(name)
        self._kept.move_to_end(name)
        while self._occupied() > self._budget and len(self._kept) > 1:
            self._evict(next(iter(self._kept)))
        self._metrics.resident(self._held())
        return self._kept[name]

    def _loaded(self, name: str) -> Separator:
        separator = self._tried(name, self._load)
        if separator is None and self.evict_others(name):
            separator = self._tried(name, self._load)
        self._devices[name] = separator.device if separator else ""
        if separator is None and self._spare is not None:
            separator = self._tried(name, self._spare)
        if separator is None:
            raise OutOfMemory
        return separator

    def _tried(self, name: str, load: Load) -> Separator | None:
        """None where memory did not suffice. The next try is made outside the `except`, whose traceback keeps what was
        loaded so far."""
        try:
            return self._timed(name, load)
        except OutOfMemory:
            return None

    def _timed(self, name: str, load: Load) -> Separator:
        started = time.perf_counter()
        separator = load(name)
        seconds = time.perf_counter() - started
        self._metrics.loaded(name, seconds)
        _log.info("model_loaded", model=name, device=separator.device, seconds=round(seconds, 2))
        return separator

    def _evict(self, name: str) -> None:
        separator = self._kept.pop(name)
        held = separator.memory_bytes
        separator.release()
        self._metrics.evicted(name)
        self._metrics.resident(self._held())
        _log.info("model_let_go", model=name, held_bytes=held)

    def _held(self) -> int:
        return sum(separator.memory_bytes for separator in self._kept.values())

    def _occupied(self) -> int:
        """Only one of them runs at a time."""
        return self._held() + max((separator.run_bytes for separator in self._kept.values()), default=0)

    def _tell_overdue(self, name: str, device: str, bound: float) -> None:
        self._metrics.overdue(name)
        _log.warning("warm_up_overdue", model=name, device=device, bound_seconds=bound)
