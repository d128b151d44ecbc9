"""Doing something so many times a second: begun on time, however long each takes, and each waited for at the end."""

import asyncio
from collections.abc import Awaitable, Callable


async def paced(per_second: float, times: int, act: Callable[[int], Awaitable[None]]) -> None:
    """`act(number)` for each number. What it raises is raised, after all of them."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as tasks:
        for number in range(times):
            await asyncio.sleep(max(0.0, began + number / per_second - loop.time()))
            tasks.create_task(_awaited(act, number))


async def _awaited(act: Callable[[int], Awaitable[None]], number: int) -> None:
    await act(number)
