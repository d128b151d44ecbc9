"""What happens when in a worker, by Celery's signals: in the main process, and in the child that separates."""

import sys
from typing import Any, NoReturn

import structlog
from celery import signals

from contract.errors import OperatorError
from contract.logs import configure_logs
from worker import departure_order
from worker.separating import SeparatingProcess
from worker.settings import WorkerSettings
from worker.upkeep.watchman import Watchman

_log = structlog.get_logger(__name__)


class _Process:
    """This process's part in the worker; one of the two stays None."""

    separating: SeparatingProcess | None = None
    watchman: Watchman | None = None


def separating_process() -> SeparatingProcess:
    """The one of this process. Raises RuntimeError in a process that Celery did not start as a child."""
    if _Process.separating is None:
        raise RuntimeError("jobs are done in the children of a Celery worker")
    return _Process.separating


def connect(settings: WorkerSettings) -> None:
    """Have Celery call us at each turn of a worker's life."""

    def logs(**_: Any) -> None:
        configure_logs(settings.telemetry, service="worker")

    def child_begins(**_: Any) -> None:
        _Process.separating = SeparatingProcess(settings)
        _Process.separating.start()

    def child_ends(**_: Any) -> None:
        if _Process.separating is not None:
            _Process.separating.stop()

    def worker_prepares(**_: Any) -> None:
        departure_order.listen_early()

    def worker_begins(sender: Any, **_: Any) -> None:
        _check_light()
        try:
            _Process.watchman = Watchman(settings, lambda: _children(sender))
        except (OperatorError, OSError, ValueError) as error:
            _give_up(str(error))
        _Process.watchman.start()

    def worker_ends(**_: Any) -> None:
        if _Process.watchman is not None:
            _Process.watchman.stop()

    signals.setup_logging.connect(logs, weak=False)
    signals.worker_process_init.connect(child_begins, weak=False)
    signals.worker_process_shutdown.connect(child_ends, weak=False)
    signals.worker_init.connect(worker_prepares, weak=False)
    signals.worker_ready.connect(worker_begins, weak=False)
    signals.worker_shutdown.connect(worker_ends, weak=False)


def _children(consumer: Any) -> list[int]:
    """The processes of the worker's pool; none once Celery has put the pool away."""
    try:
        return list(consumer.pool.info["processes"])
    except AttributeError:
        return []


def _check_light() -> None:
    """The main process only listens: torch in it would hold memory, and on a GPU the device, beside its children."""
    if "torch" in sys.modules:
        _give_up("torch was imported in the worker's main process")


def _give_up(because: str) -> NoReturn:
    """End the worker. Celery only logs what goes wrong in its signals, except this."""
    _log.critical("cannot_start", because=because)
    raise SystemExit(1)
