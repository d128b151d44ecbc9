"""A TCP proxy between the service and what it leans on, in a thread: cuts, delays, swallows, answers in its place."""

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from cli import ports

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

_PIECE_BYTES = 1 << 16


class Proxy:
    """Listens on `port` of 127.0.0.1 inside the with-block.

    `hole`: every byte is swallowed and nothing closes, as behind a dead firewall. `delay_share` of the pieces come
    `delay_seconds` late.
    """

    def __init__(self, connect: Connect) -> None:
        self.port = ports.find_free()
        self.hole = False
        self.delay_share = 0.0
        self.delay_seconds = 2.0
        self._connect = connect
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._over = asyncio.Event()
        self._rng = random.Random(7)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(10), "the proxy does not listen"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self._listening.set()
        await self._over.wait()
        server.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.close()
            return
        both = (self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        try:
            await asyncio.gather(*both)
        except OSError:
            pass
        finally:
            writer.close()
            far_writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE_BYTES):
            if self.hole:
                continue
            if self._rng.random() < self.delay_share:
                await asyncio.sleep(self.delay_seconds)
            writer.write(piece)
            await writer.drain()
        writer.close()
