"""The whole stack as `stemify up` starts it: real processes on free ports, a data folder of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from cli import ports
from tests.acceptance.processes import descendants, is_alive
from tests.acceptance.waiting import until

READY_SECONDS = 200.0
STOP_SECONDS = 60.0


class LaunchedStack:
    """A running `stemify up` with the bundled model as its default, and what it says."""

    def __init__(self, folder: Path, *, data: Path | None = None) -> None:
        self.data = data or folder / "data"
        self.port = ports.find_free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = folder / "launcher.log"
        told = {"STEMIFY_MODELS__DEFAULT": "demo", "STEMIFY_STORAGE__FREE_BYTES_FLOOR": "0"}
        command = [sys.executable, "-m", "cli.main", "up", "--port", str(self.port), "--data-dir", str(self.data)]
        with self.output.open("wb") as output:
            self.launcher = subprocess.Popen(command, stdout=output, stderr=output, env=_environment() | told)

    def wait_ready(self) -> "LaunchedStack":
        """Wait until the launcher says that it is ready."""
        until(lambda: self.said("is ready") or self._ended(), "ready", seconds=READY_SECONDS)
        return self

    def said(self, words: str) -> bool:
        """Whether the launcher has said these words."""
        return words in self.output.read_text()

    def descendants(self) -> dict[int, str]:
        """Every process the launcher has started, with its command line."""
        return descendants(self.launcher.pid)

    def pid(self, part: str) -> int | None:
        """The outermost process whose command line has this in it."""
        return min((pid for pid, command in self.descendants().items() if part in command), default=None)

    def is_healthy(self) -> bool:
        """Whether /health/ready is answered 200."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send the launcher a signal and wait for its end; its exit status."""
        if self.launcher.poll() is None:
            self.launcher.send_signal(number)
        return self.launcher.wait(STOP_SECONDS)

    def end(self) -> None:
        """Whatever happened: nothing of it goes on."""
        left = self.descendants() if self.launcher.poll() is None else {}
        try:
            self.stop()
        finally:
            self.launcher.kill()
            self.launcher.wait()
            for pid in filter(is_alive, left):
                os.kill(pid, signal.SIGKILL)

    def _ended(self) -> bool:
        assert self.launcher.poll() is None, f"the launcher ended:\n{self.output.read_text()[-4000:]}"
        return False


def _environment() -> dict[str, str]:
    """This process's, without what would lead the stack elsewhere; where models come from is the developer's choice."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("STEMIFY_MODELS__") or not name.startswith(("STEMIFY_", "REDIS_URL", "PORT"))
    }
