"""Notices a worker whose ears are gone: jobs wait, its children idle, and nothing is taken for a long time."""

import time
from collections.abc import Callable

import structlog

from contract.job_store import JobStore
from contract.worker_registry import WorkerRegistry

_log = structlog.get_logger(__name__)


class Deafness:
    """`living`: the ids of this worker's processes, as registered; `patience_seconds`: how long it may look deaf."""

    def __init__(
        self,
        store: JobStore,
        registry: WorkerRegistry,
        *,
        living: Callable[[], set[str]],
        patience_seconds: float,
    ) -> None:
        self._store = store
        self._registry = registry
        self._living = living
        self._patience = patience_seconds
        self._since: float | None = None

    def look(self) -> bool:
        """Whether the worker seems deaf by now. Raises StoreUnavailable."""
        if not self._idles_while_jobs_wait():
            self._since = None
            return False
        self._since = self._since or time.monotonic()
        return time.monotonic() - self._since >= self._patience

    def _idles_while_jobs_wait(self) -> bool:
        if self._store.depth() == 0:
            return False
        living = self._living()
        ours = [facts for facts in self._registry.live() if facts.worker_id in living]
        idles = bool(ours) and all(facts.current_job is None for facts in ours)
        return idles and self._store.is_any_to_take()  # another release's jobs wait for another release
