"""A light Socket.IO client, as raw frames over a websocket: subscribes to one job, and notes what it is told and when.

It knows no replica and never comes back by itself.
"""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

_NAMESPACE = "/progress"


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
        """Connect, subscribe, listen until the connection ends. Raises OSError, TimeoutError, WebSocketException."""
        url = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        async with websockets.connect(url, ping_interval=None, compression=None, open_timeout=60) as connection:
            self.connection = connection
            with contextlib.suppress(websockets.ConnectionClosed):
                async for frame in connection:
                    await self._take(connection, str(frame))

    def welcome(self, snapshot: dict[str, Any]) -> None:
        """The subscription was answered."""
        self.snapshot = snapshot
        self.joined.set()

    async def _take(self, connection: ClientConnection, frame: str) -> None:
        if frame.startswith("0"):
            await connection.send(f"40{_NAMESPACE},")
        elif frame == "2":
            await connection.send("3")
        elif frame.startswith(f"40{_NAMESPACE}"):
            await connection.send(f'42{_NAMESPACE},1["subscribe",{{"job_id":"{self.job_id}"}}]')
        elif frame.startswith(f"43{_NAMESPACE},1"):
            self.welcome(json.loads(frame.removeprefix(f"43{_NAMESPACE},1"))[0])
        elif frame.startswith(f"42{_NAMESPACE},"):
            event, payload = json.loads(frame.removeprefix(f"42{_NAMESPACE},"))
            self.heard.append(Heard(self.job_id, event, payload["version"], time.perf_counter()))
