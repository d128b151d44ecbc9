"""One process of the service for the tests, in a session of its own; nothing of it outlives the test."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

START_SECONDS = 90.0

ROOT = Path(__file__).resolve().parents[1]


def wait_for(what: Callable[[], object], *, seconds: float = 60.0, said: Callable[[], str] = lambda: "") -> object:
    """What `what` gives once it gives something true. Raises AssertionError, with what is `said`, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"not within {seconds} s\n{said()}"
        time.sleep(0.02)  # between two looks
    return found


class ServiceProcess:
    """`python -m MODULE ARGUMENTS` with these settings in its environment, and its log in `folder`."""

    def __init__(
        self, name: str, folder: Path, environment: dict[str, str], *, module: str, arguments: Sequence[str] = ()
    ) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        self._environment = environment
        # a run of tests that is killed leaves nothing behind
        tethered = [sys.executable, "-m", "cli.tether", str(os.getpid())]
        self._command = [*tethered, sys.executable, "-m", module, *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def is_alive(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STEMIFY_", "REDIS_"))}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=inherited | self._environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def terminate(self, *, seconds: float = 30.0) -> int:
        """SIGTERM; its exit status. Raises AssertionError when it does not end in time."""
        assert self._process is not None
        self._process.terminate()
        return self.wait(seconds)

    def wait(self, seconds: float = START_SECONDS) -> int:
        """Its exit status. Raises AssertionError when it does not end in time."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not stop\n{self.log[-6000:]}") from None

    def kill(self) -> None:
        """All of it at once, and wait."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
