"""What a replica runs beside its requests, kept running: the outermost place of every background task."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

import structlog

_log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0


@asynccontextmanager
async def running(side_tasks: Mapping[str, Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    """Run all of them while the block lasts. One that breaks is logged and begun again, a little later."""
    tasks = [asyncio.create_task(_kept_running(name, run), name=name) for name, run in side_tasks.items()]
    try:
        yield
    finally:
        await _ended(tasks)


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Asked again until they are: a library may turn a cancel into an error of its own, and the task would go on."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=PAUSE_SECONDS)


async def _kept_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await run()
        except Exception:  # noqa: BLE001 - a replica that silently stopped listening would be worse than the error
            _log.exception("side_task_broken", task=name)
        await asyncio.sleep(PAUSE_SECONDS)
