"""What Ctrl-C and SIGTERM mean while the stack runs: once, stop in good order; twice, at once."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from cli.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """Catches the signals of the running event loop from entering to leaving."""

    def __init__(self) -> None:
        self._came = asyncio.Event()
        self._second: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)

    async def until_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Await `work`; when a signal comes first, cancel it and raise Interrupted."""
        working = asyncio.create_task(work)
        waiting = asyncio.create_task(self._came.wait())
        try:
            await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Interrupted("Stopped.")
            working.result()
        finally:
            for task in (working, waiting):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):  # its own error was raised above
                    await task

    def on_second(self, act: Callable[[], None], say: Callable[[str], None]) -> None:
        """From now on the next signal means: do not wait. Says that it is stopping when a signal brought us here."""
        if self._came.is_set():
            say("Stopping: a running job gets a moment to end, or waits for the next start. Ctrl-C again: at once.")
        self._second = act

    def _stop(self) -> None:
        self._came.set()
        if self._second is not None:
            self._second()
