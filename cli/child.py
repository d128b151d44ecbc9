"""One child of the launcher: in a group of its own, tied to the launcher's life, stopped with all it started."""

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cli.guard import Guard
from cli.log_file import LogFile

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class ChildSpec:
    """What to run. `environment` is added to the launcher's; `stop_seconds`: how long it may take to end in order.

    `loud`: what a line of plain output must hold to be shown to a person.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: float = 10.0
    loud: str = r"\b(WARNING|ERROR|CRITICAL|FATAL)\b"


class Child:
    """A process and everything it starts. Start it from the main thread alone: its life is tied to that thread."""

    def __init__(self, spec: ChildSpec, log: LogFile, guard: Guard) -> None:
        self.spec = spec
        self.log = log
        self._guard = guard
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process's id; None before the first start."""
        return self._process.pid if self._process else None

    async def run(self) -> int:
        """Start it and wait for its end. Returns the exit status (negative: the signal), leaving no descendant.

        When canceled, it goes on running: `stop` ends it.
        """
        with self.log.open() as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cli.tether", str(os.getpid()), *self.spec.command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment() | self.spec.environment,
                start_new_session=True,
            )
        self._guard.watch(self._process.pid)
        return await self._ended()

    async def stop(self) -> None:
        """Ask it to end, wait its time, then kill what is left of its group."""
        if self._process is None:
            return
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), self.spec.stop_seconds)
        self.kill()
        await self._ended()

    def kill(self) -> None:
        """End the whole group at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _ended(self) -> int:
        """Wait for the end, and end what it left behind. Returns the exit status."""
        if self._process is None:
            return 0
        status = await self._process.wait()
        self.kill()
        self._guard.forget(self._process.pid)
        return status


def _environment() -> dict[str, str]:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    ours = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}
    return dict(os.environ) | ours  # safe path: a folder `worker` where the person stands is not ours
