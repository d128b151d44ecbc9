"""Many Socket.IO clients that join together, are cut off together, and are waited for together."""

import asyncio
import time
from collections.abc import Callable, Sequence

from tests.socket_client import Client

_AT_ONCE = 100
"""Connections that are opened together."""


class Crowd:
    """`count` clients spread over jobs and replicas in turn."""

    def __init__(self, count: int, *, ports: Sequence[int], job_ids: Sequence[str]) -> None:
        self.clients = [Client(ports[number % len(ports)], job_ids[number % len(job_ids)]) for number in range(count)]
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, *, seconds: float = 60.0) -> float:
        """Everybody connects and subscribes; how long it took until the last one had. Raises TimeoutError."""
        began = time.perf_counter()
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(self._admit(client, gate) for client in self.clients))
        return time.perf_counter() - began

    async def drop(self) -> None:
        """Every connection is cut, as a broken network would."""
        for client in self.clients:
            if client.connection is not None:
                client.connection.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for client in self.clients:
            client.joined.clear()

    async def until(self, held: Callable[[Client], bool], *, seconds: float) -> list[Client]:
        """Wait until it holds for each; those for which it does not in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (left := [each for each in self.clients if not held(each)]) and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # between two looks at what many tasks write
        return left

    async def _admit(self, client: Client, gate: asyncio.Semaphore) -> None:
        async with gate:
            task = asyncio.create_task(client.run())
            self._tasks.append(task)
            joined = asyncio.create_task(client.joined.wait())
            await asyncio.wait({task, joined}, return_when=asyncio.FIRST_COMPLETED)
            if not client.joined.is_set():
                task.result()  # it could not connect: say why
                raise ConnectionError("a client was disconnected before it had joined")
