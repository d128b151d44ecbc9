"""Keeps children running: one that dies is started again with back-off and said so; stopping leaves none behind."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path

from cli.child import Child, ChildSpec
from cli.errors import StackFailed
from cli.guard import Guard
from cli.log_file import LogFile

Say = Callable[[str], None]

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_STEADY_SECONDS = 30.0
_EARLY_DEATHS = 3


class Supervisor:
    """Watches children. `say` tells a person what happened; `logs` is the folder of the children's output.

    Until `ready` is called a child that keeps dying is given up: see `check`. Afterwards none is.
    """

    def __init__(self, *, logs: Path, say: Say) -> None:
        self._logs = logs
        self._say = say
        self._children: dict[Child, tuple[asyncio.Task[None], asyncio.Task[None]]] = {}
        self._given_up: Child | None = None
        self._is_ready = False
        self._guard = Guard()

    def add(self, spec: ChildSpec) -> Child:
        """Start a child and keep it running."""
        path = self._logs / f"{spec.name}.log"
        log = LogFile(path, loud=spec.loud, show=lambda line: self._say(f"{spec.name}: {line}"))
        child = Child(spec, log, self._guard)
        self._children[child] = (asyncio.create_task(self._keep(child)), asyncio.create_task(log.watch()))
        return child

    def ready(self) -> None:
        """Everything has started once; from now on no child is given up."""
        self._is_ready = True

    def check(self) -> None:
        """Raise StackFailed when a child kept dying before the stack was ready."""
        if child := self._given_up:
            raise StackFailed(
                f"The {child.spec.name} does not start: {child.log.last_line() or 'it said nothing'} "
                f"(whole log: {child.log.path})"
            )

    async def stop(self) -> None:
        """Stop all children, the first added (the one the others need) after the others, and leave none behind."""
        children = list(self._children)
        await _ended([keeping for keeping, _ in self._children.values()])
        first, rest = children[:1], children[1:]
        await asyncio.gather(*(child.stop() for child in rest))
        await asyncio.gather(*(child.stop() for child in first))
        await _ended([watching for _, watching in self._children.values()])
        self._guard.close()

    def kill(self) -> None:
        """End all children at once."""
        for child in self._children:
            child.kill()

    async def _keep(self, child: Child) -> None:
        pause, deaths = _FIRST_PAUSE_SECONDS, 0
        while True:
            begun = time.monotonic()
            how = await self._lived(child)
            if time.monotonic() - begun > _STEADY_SECONDS:
                pause, deaths = _FIRST_PAUSE_SECONDS, 0
            deaths += 1
            if not self._is_ready and deaths >= _EARLY_DEATHS:
                self._given_up = child
                return
            self._say(f"The {child.spec.name} {how}; starting it again in {pause:g} s.")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _lived(self, child: Child) -> str:
        """Run it to its end; how that came, in words."""
        try:
            how = ending(await child.run())
            child.log.show_new()
        except OSError as error:  # no room for a process, or the folder of logs is gone
            return f"cannot be started ({error.strerror})"
        return how


def ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"ended with exit code {status}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
