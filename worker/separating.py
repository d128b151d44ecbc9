"""The process that separates: its parts, made and warmed in the background, and its one door, `run`. No Celery here."""

import os
import threading

import structlog

from contract.errors import OperatorError, StoreUnavailable
from media.jail import Jail, ZygoteLost
from worker import departure_order
from worker.assembly import SeparatingParts, assemble_base, assemble_separating
from worker.engine import CatalogInvalid, DeviceFailed, DeviceUnavailable, EngineError
from worker.engine.device_facts import describe_device
from worker.runner import ProcessSpent
from worker.settings import WorkerSettings

_log = structlog.get_logger(__name__)

EXIT_CODE = 70
"""Says that the process gave up its device (EX_SOFTWARE); Celery starts another."""
_START_SECONDS = 280.0


class SeparatingProcess:
    """One child of the worker. `start` returns at once: a child that is slow to start would be killed."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._parts: SeparatingParts | None = None
        self._started = threading.Event()

    def start(self) -> None:
        """Find the device, register, load models, in a thread."""
        threading.Thread(target=self._start, name="warm-up", daemon=True).start()

    def run(self, job_id: str) -> None:
        """Do a job. Without a device it is left in the store for others."""
        self._started.wait(_START_SECONDS)
        if self._parts is None:
            _log.error("not_started", job_id=job_id)
            return
        try:
            self._parts.runner.run(job_id)
        except ProcessSpent:
            self._abandon()

    def stop(self) -> None:
        """Leave in good order."""
        if self._parts is not None:
            try:
                self._parts.presence.leave()
            except StoreUnavailable:
                _log.warning("registration_left_to_lapse")
            self._parts.tracing.shutdown()
            self._parts.jail.close()

    def _start(self) -> None:
        try:
            device = describe_device(self._settings.device)
            parts = assemble_separating(assemble_base(self._settings), device, abandon=self._abandon)
        except (DeviceUnavailable, CatalogInvalid, OperatorError, OSError, ValueError) as error:
            self._cannot(str(error))
            return
        except Exception as error:  # noqa: BLE001 - the outermost place of this thread: silence would look like idleness
            _log.exception("start_failed")
            self._cannot(f"{type(error).__name__}: {error}")
            return
        self._parts = parts
        self._started.set()
        if hosts := self._settings.sources.allow_private_hosts:
            _log.warning("links_may_lead_inside", hosts=list(hosts))
        parts.links.start()
        parts.presence.start()
        self._serve_metrics(parts)
        _lock_up(parts.jail)
        self._warm(parts)

    def _cannot(self, because: str) -> None:
        """Another child would fare no better: the worker ends, and whoever watches it sees why."""
        _log.critical("cannot_separate", because=because)
        os.kill(os.getppid(), departure_order.HELPLESS)
        self._started.set()

    def _serve_metrics(self, parts: SeparatingParts) -> None:
        port = self._settings.metrics_port
        if port is not None:
            try:
                parts.metrics.serve(self._settings.metrics_host, port)
            except OSError as error:
                _log.warning("metrics_not_served", port=port, because=str(error))

    def _warm(self, parts: SeparatingParts) -> None:
        preload = self._settings.preload
        for name in (self._settings.models.default,) if preload is None else preload:
            if parts.chooser.is_here(name):
                try:
                    _tried(name, parts)
                except DeviceFailed:
                    self._abandon()

    def _abandon(self) -> None:
        _log.critical("process_ends", code=EXIT_CODE)
        try:
            self.stop()
        finally:
            os._exit(EXIT_CODE)


def _lock_up(jail: Jail) -> None:
    """Have the process that decodes ready. Where it does not start the first job tries again, and says so."""
    try:
        for wall, why in jail.start().items():
            _log.warning("jail_wall_missing", wall=wall, because=why)
    except ZygoteLost as error:
        _log.error("jail_not_started", because=str(error))


def _tried(name: str, parts: SeparatingParts) -> None:
    """A model that does not load is told of by the first job that wants it. Raises DeviceFailed."""
    try:
        parts.models.warm(name, device=parts.presence.device.device)
        parts.presence.busy(None)
    except DeviceFailed:
        raise
    except (EngineError, OperatorError, OSError, MemoryError) as error:
        _log.warning("not_preloaded", model=name, because=str(error))
