"""A worker's registration: who it is and what it is doing, renewed while it lives. Knows no job but its id."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from contract.worker_registry import LinkFacts, WorkerFacts, WorkerRegistry
from worker.engine.device_facts import DeviceFacts
from worker.upkeep.chores import Chore

LIFETIME_SECONDS = 30.0
_RENEWAL_SECONDS = 10.0
_PATIENCE_SECONDS = 2.0


@dataclass
class Presence:
    """One process that separates. `device`: what it runs on; `resident`: its loaded models, now."""

    worker_id: str
    registry: WorkerRegistry
    device: DeviceFacts
    resident: Callable[[], tuple[str, ...]]
    links: Callable[[], LinkFacts] = LinkFacts
    _job_id: str | None = None
    _started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self._renewal = Chore("presence", _RENEWAL_SECONDS, self._announce)

    def start(self) -> None:
        """Register, and stay registered."""
        self._renewal.start()

    def busy(self, job_id: str | None) -> None:
        """The job in hand, None when there is none; told soon."""
        self._job_id = job_id
        self._renewal.now()

    def leave(self) -> None:
        """Go in good order: a renewal under way must not come after it. Raises StoreUnavailable."""
        self._renewal.stop(patience_seconds=_PATIENCE_SECONDS)
        self.registry.leave(self.worker_id)

    def _announce(self) -> None:
        device = self.device
        place = "ram" if device.device == "cpu" else device.device
        facts = WorkerFacts(
            worker_id=self.worker_id,
            host=socket.gethostname(),
            pid=os.getpid(),
            device=device.device,
            device_name=device.name,
            models_resident=self.resident(),
            memory={place: device.free_bytes()},
            current_job=self._job_id,
            started_at=self._started_at,
            version=_version(),
            links=self.links(),
        )
        self.registry.announce(facts, ttl_seconds=LIFETIME_SECONDS)


def _version() -> str:
    try:
        return version("stemify")
    except PackageNotFoundError:
        return "unknown"
