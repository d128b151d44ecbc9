"""Asks an address over HTTP whether it is well. Plain asyncio: it runs while the stack starts, many times a second."""

import asyncio
import contextlib
from urllib.parse import urlsplit

_SECONDS = 5.0


async def answers(url: str) -> bool:
    """Whether GET `url` (http only) is answered 200 within 5 s."""
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
            try:
                writer.write(request.encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    return False
