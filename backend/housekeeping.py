"""What every API replica does on the side: runs the janitor at its times. An outage is waited out."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from anyio import to_thread

from contract.errors import OperatorError
from contract.janitor import Janitor

_log = structlog.get_logger(__name__)

TIDY_SECONDS = 60.0


class Housekeeping:
    """`sweep_seconds`: how often lapsed leases and lost messages are looked for."""

    def __init__(self, janitor: Janitor, *, tidy_uploads: Callable[[], Awaitable[None]], sweep_seconds: float) -> None:
        self._janitor = janitor
        self._tidy_uploads = tidy_uploads
        self._sweep_seconds = sweep_seconds

    async def run(self) -> None:
        """Sweep and tidy until canceled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_every(self._sweep_seconds, partial(to_thread.run_sync, self._janitor.sweep)))
            tasks.create_task(_every(TIDY_SECONDS, partial(to_thread.run_sync, self._janitor.tidy)))
            tasks.create_task(_every(TIDY_SECONDS, self._tidy_uploads))


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await act()
        except OperatorError as error:
            _log.warning("janitor_waits", because=error.code)
        await asyncio.sleep(seconds)
