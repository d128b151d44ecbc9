"""Many Socket.IO clients, as raw frames over websockets: they subscribe, and note when each version reached them."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

_NAMESPACE = "/progress"
_AT_ONCE = 100
"""Connections that are opened together."""


@dataclass(frozen=True)
class Heard:
    """One event as it arrived. `at`: on the clock of time.perf_counter."""

    job_id: str
    event: str
    version: int
    at: float


@dataclass
class Client:
    """One client that watches one job."""

    port: int
    job_id: str
    snapshot: dict[str, Any] | None = None
    heard: list[Heard] = field(default_factory=list)
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    connection: ClientConnection | None = None

    async def run(self) -> None:
        """Connect, subscribe, listen until the connection ends."""
        url = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        async with websockets.connect(url, ping_interval=None, compression=None, open_timeout=60) as connection:
            self.connection = connection
            with contextlib.suppress(websockets.ConnectionClosed):
                async for frame in connection:
                    await self._take(connection, str(frame))

    async def _take(self, connection: ClientConnection, frame: str) -> None:
        if frame.startswith("0"):
            await connection.send(f"40{_NAMESPACE},")
        elif frame == "2":
            await connection.send("3")
        elif frame.startswith(f"40{_NAMESPACE}"):
            await connection.send(f'42{_NAMESPACE},1["subscribe",{{"job_id":"{self.job_id}"}}]')
        elif frame.startswith(f"43{_NAMESPACE},1"):
            self.snapshot = json.loads(frame.removeprefix(f"43{_NAMESPACE},1"))[0]
            self.joined.set()
        elif frame.startswith(f"42{_NAMESPACE},"):
            event, payload = json.loads(frame.removeprefix(f"42{_NAMESPACE},"))
            self.heard.append(Heard(self.job_id, event, payload["version"], time.perf_counter()))


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
