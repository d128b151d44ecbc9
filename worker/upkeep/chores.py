"""What a process does on the side, each thing in a thread of its own, every so often. Knows not what."""

import threading
from collections.abc import Callable

import structlog

from contract.errors import OperatorError

_log = structlog.get_logger(__name__)


class Chore:
    """Something done at once and then every `seconds`, until stopped. An outage of Redis or storage is waited out."""

    def __init__(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        self._name = name
        self._seconds = seconds
        self._act = act
        self._wanted = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def now(self) -> None:
        """Do it as soon as possible instead of at its time."""
        self._wanted.set()

    def stop(self, *, patience_seconds: float = 0.0) -> None:
        """Do it no more. What is being done is waited for as long as that."""
        self._over.set()
        self._wanted.set()
        if patience_seconds and self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(patience_seconds)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._act()
            except (OperatorError, OSError) as error:
                _log.warning("chore_waits", chore=self._name, because=str(error))
            except Exception:  # noqa: BLE001 - the outermost place of this thread: one bad turn must not be its last
                _log.exception("chore_failed", chore=self._name)
            self._wanted.wait(self._seconds)
            self._wanted.clear()
