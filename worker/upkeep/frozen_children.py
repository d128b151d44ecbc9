"""Ends a process of this worker that is there and says nothing: frozen in native code it would keep its place for ever.

It knows registrations and process ids, no jobs: what the process held is handed back when it is seen to be gone.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable

import structlog

from contract.worker_registry import WorkerRegistry

_log = structlog.get_logger(__name__)


class FrozenChildren:
    """`children`: this worker's processes now; `name`: what the process of an id registers as.

    A process that registered once and is missing in `looks` successful looks in a row is frozen. A store that does not
    answer, or keeps nothing, counts for nothing: then nobody can register.
    """

    def __init__(
        self, registry: WorkerRegistry, *, children: Callable[[], list[int]], name: Callable[[int], str], looks: int
    ) -> None:
        self._registry = registry
        self._children = children
        self._name = name
        self._looks = looks
        self._missed: Counter[int] = Counter()
        self._registered: set[int] = set()

    def look(self) -> None:
        """Kill what is frozen; Celery puts another in its place. Raises StoreUnavailable."""
        live = {facts.worker_id for facts in self._registry.live()}
        children = set(self._children())
        there = {pid for pid in children if self._name(pid) in live}
        self._registered = (self._registered | there) & children
        silent = self._registered - there
        if silent:
            self._registry.check()
        for pid in silent:
            self._missed[pid] += 1
            if self._missed[pid] >= self._looks:
                _log.error("process_frozen", pid=pid, looks=self._looks)
                os.kill(pid, signal.SIGKILL)
        for pid in there | (self._missed.keys() - children):
            del self._missed[pid]
