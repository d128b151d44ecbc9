"""One Redis pub/sub connection: it follows the wanted channels, survives breaks, and says what it hears."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import redis.asyncio
import structlog
from redis.asyncio.client import PubSub

from contract import keys

_log = structlog.get_logger(__name__)

IDLE_CHANNEL = keys.channel("-")
"""Always subscribed, so that the connection exists before the first job is watched."""
_BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
_CHECK_SECONDS = 15.0
"""Longest wait for a message before the connection is looked after (a health check is sent when it is due)."""


class Subscription:
    """`heard(text)` gets each message; `began(channel)` each confirmed subscription, again after every reconnection."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        *,
        heard: Callable[[bytes], None],
        began: Callable[[str], None],
    ) -> None:
        self._client = client
        self._heard = heard
        self._began = began
        self._wanted = {IDLE_CHANNEL}
        self._confirmed: set[str] = set()
        self._changed = asyncio.Event()

    def want(self, channel: str) -> None:
        """Follow a channel; `began` is called when the server confirmed it."""
        self._wanted.add(channel)
        self._changed.set()

    def drop(self, channel: str) -> None:
        """Follow a channel no longer."""
        self._wanted.discard(channel)
        self._changed.set()

    def follows(self, channel: str) -> bool:
        """Whether the server confirmed the channel and nothing broke since."""
        return channel in self._confirmed

    async def run(self) -> None:
        """Listen for ever; each break is followed by a new connection, a little later each time."""
        breaks = 0
        while True:
            try:
                async with self._connected() as pubsub:
                    breaks = 0
                    await self._follow(pubsub)
            except (redis.RedisError, OSError) as error:
                pause = _BACKOFF_SECONDS[min(breaks, len(_BACKOFF_SECONDS) - 1)]
                _log.warning("news_connection_broken", error=type(error).__name__, pause_seconds=pause)
                breaks += 1
                await asyncio.sleep(pause)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[PubSub]:
        pubsub = self._client.pubsub()
        try:
            await pubsub.subscribe(IDLE_CHANNEL)
            yield pubsub
        finally:
            self._confirmed.clear()
            await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _follow(self, pubsub: PubSub) -> None:
        followed = {IDLE_CHANNEL}
        reading = asyncio.create_task(self._read(pubsub))
        try:
            while True:
                self._changed.clear()
                followed = await self._adjust(pubsub, followed)
                _end_if_canceled()
                changing = asyncio.create_task(self._changed.wait())
                done, _ = await asyncio.wait({reading, changing}, return_when=asyncio.FIRST_COMPLETED)
                changing.cancel()
                if reading in done:
                    reading.result()
        finally:
            reading.cancel()
            await asyncio.wait([reading])

    async def _adjust(self, pubsub: PubSub, followed: set[str]) -> set[str]:
        wanted = set(self._wanted)
        if new := wanted - followed:
            await pubsub.subscribe(*new)
        if old := followed - wanted:
            self._confirmed -= old
            await pubsub.unsubscribe(*old)
        return wanted

    async def _read(self, pubsub: PubSub) -> None:
        """Take messages. Never canceled while the connection lives: half an answer would garble the next."""
        while True:
            message = await pubsub.get_message(timeout=_CHECK_SECONDS)
            if message is None:
                continue
            if message["type"] == "subscribe":
                channel = message["channel"].decode()
                self._confirmed.add(channel)
                self._began(channel)
            elif message["type"] == "message":
                self._heard(message["data"])


def _end_if_canceled() -> None:
    """redis-py may swallow a cancel that comes while it connects or sends; the task still counts it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
