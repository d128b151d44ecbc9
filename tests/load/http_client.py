"""A small HTTP/1.1 client on asyncio streams: hundreds of requests a second must not be held up by who sends them."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

_TIMEOUT_SECONDS = 60.0
_KEPT_SECONDS = 2.0
"""A connection idle for longer is closed: the server is about to do so too (after 5 s)."""


@dataclass(frozen=True)
class Reply:
    """An answer. `seconds`: from the first byte sent to the last one read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Caller:
    """Keeps connections to one server open for the next request. Raises OSError, TimeoutError, EOFError."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, path: str, **headers: str) -> Reply:
        """One GET; a header's underscores stand for dashes."""
        return await self.send(head("GET", path, headers))

    async def send(self, request: bytes) -> Reply:
        """A whole request as bytes."""
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            began = time.perf_counter()
            async with self._connection() as (reader, writer):
                writer.write(request)
                await writer.drain()
                status, headers = await read_head(reader)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if headers.get("connection") == "close":
                    writer.close()
            return Reply(status, headers, body, time.perf_counter() - began)

    async def tried(self, request: bytes) -> Reply:
        """As `send`, with status 0 for a request that was not answered."""
        began = time.perf_counter()
        try:
            return await self.send(request)
        except (OSError, EOFError, TimeoutError):
            return Reply(0, {}, b"", time.perf_counter() - began)

    async def close(self) -> None:
        """Close what is open."""
        for *_, writer in self._idle:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self._idle.clear()

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        pair = self._kept() or await asyncio.open_connection("127.0.0.1", self._port)
        try:
            yield pair
        except BaseException:
            pair[1].close()
            raise
        if not pair[1].is_closing():
            self._idle.append((time.monotonic(), *pair))

    def _kept(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The connection used last, if it is still good; all others are older."""
        while self._idle:
            since, reader, writer = self._idle.pop()
            if time.monotonic() - since < _KEPT_SECONDS and not writer.is_closing() and not reader.at_eof():
                return reader, writer
            writer.close()
        return None


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """A request's head."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def form(content: bytes, **fields: str) -> tuple[bytes, dict[str, str]]:
    """A recording and its options as a multipart body, and the headers that go with it."""
    boundary = uuid.uuid4().hex
    named = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="noise.wav"\r\n\r\n'
    body = b"".join([*(text.encode() for text in named), file.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(len(body))}


def submission(content: bytes, *, address: str = "127.0.0.1", **fields: str) -> bytes:
    """A whole POST /stemify, as from this address."""
    body, headers = form(content, **fields)
    return head("POST", "/api/v1/stemify", {"X-Forwarded-For": address, **headers}) + body


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers (names in small letters) of an answer."""
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = text.split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}
