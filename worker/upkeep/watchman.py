"""What a worker's main process does besides listening: shows that it lives, sweeps, and stops in good order."""

import os
from collections.abc import Callable

import structlog

from worker import departure_order
from worker.assembly import assemble_base, assemble_janitor
from worker.scratch import Scratch
from worker.settings import WorkerSettings
from worker.upkeep.chores import Chore
from worker.upkeep.deafness import Deafness
from worker.upkeep.frozen_children import FrozenChildren
from worker.upkeep.lost_children import LostChildren
from worker.worker_ids import worker_id

_log = structlog.get_logger(__name__)

_HEARTBEAT_SECONDS = 5.0
_TIDY_SECONDS = 60.0
_ORPHANS_SECONDS = 3600.0
_CHILDREN_SECONDS = 1.0


class Watchman:
    """`children`: the ids of the worker's processes now."""

    def __init__(self, settings: WorkerSettings, children: Callable[[], list[int]]) -> None:
        base = assemble_base(settings)
        janitor, orphans = assemble_janitor(base)
        self._settings = settings
        self._children = children
        self._deafness = Deafness(
            base.store,
            base.registry,
            living=self._living,
            patience_seconds=settings.idle_seconds,
        )
        lost_children = LostChildren(
            base.store, base.queue, children=children, name=self._name, clear=janitor.remove_results
        )
        frozen_children = FrozenChildren(
            base.registry,
            children=children,
            name=self._name,
            looks=max(1, round(settings.idle_seconds / _HEARTBEAT_SECONDS)),
        )
        self._chores = [
            Chore("heartbeat", _HEARTBEAT_SECONDS, self._show_life),
            Chore("sweep", settings.queue.sweep_seconds, janitor.sweep),
            Chore("tidy", _TIDY_SECONDS, janitor.tidy),
            Chore("orphans", _ORPHANS_SECONDS, orphans.sweep),
            Chore("scratch", settings.queue.sweep_seconds, Scratch(settings.scratch_folder).sweep),
            Chore("children", _CHILDREN_SECONDS, lost_children.look),
            Chore("frozen", _HEARTBEAT_SECONDS, frozen_children.look),
            Chore("ears", _HEARTBEAT_SECONDS, self._listen_to_itself),
        ]

    def _living(self) -> set[str]:
        return {self._name(pid) for pid in self._children()}

    def _name(self, pid: int) -> str:
        return worker_id(self._settings.instance, pid)

    def start(self) -> None:
        """Begin; called in the main thread, where signals are."""
        departure_order.listen(self._children)
        for chore in self._chores:
            chore.start()

    def stop(self) -> None:
        """End what is done on the side."""
        for chore in self._chores:
            chore.stop()

    def _show_life(self) -> None:
        """A liveness probe looks at the file's age alone: a broker that is away is no reason to kill a worker."""
        file = self._settings.heartbeat_file
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()

    def _listen_to_itself(self) -> None:
        if self._deafness.look():
            _log.critical("deaf", advice="It ends now and should be started anew.")
            os.kill(os.getpid(), departure_order.HELPLESS)
