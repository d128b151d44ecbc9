"""Children are kept running, said so of, and ended with everything they started."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from cli.child import ChildSpec
from cli.errors import StackFailed
from cli.supervisor import Supervisor
from tests.acceptance.processes import descendants, is_alive
from tests.acceptance.waiting import until_async

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import signal; signal.pause()'])"
STUBBORN = (
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
)


class Watched:
    """A supervisor and what it said."""

    def __init__(self, logs: Path) -> None:
        self.said: list[str] = []
        self.logs = logs
        self.supervisor = Supervisor(logs=logs, say=self.said.append)

    def python(self, code: str, *, stop_seconds: float = 10.0, **environment: str) -> ChildSpec:
        command = (sys.executable, "-c", code)
        return ChildSpec(name="child", command=command, environment=environment, stop_seconds=stop_seconds)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    found = Watched(tmp_path)
    yield found
    await found.supervisor.stop()


async def test_a_child_that_dies_is_started_again_and_said_so(watched: Watched) -> None:
    watched.supervisor.ready()
    child = watched.supervisor.add(watched.python("import signal; signal.pause()"))
    first = await until_async(lambda: child.pid, "a child")
    psutil.Process(first).kill()
    second = await until_async(lambda: child.pid if child.pid != first else None, "another child")
    assert is_alive(second)
    assert watched.said == ["The child was ended by SIGKILL; starting it again in 0.5 s."]


async def test_what_a_dead_child_left_is_ended_before_the_next(watched: Watched) -> None:
    watched.supervisor.ready()
    child = watched.supervisor.add(watched.python(PARENT))
    first = await until_async(lambda: child.pid, "a child")
    orphan = next(iter(await until_async(lambda: descendants(first), "a grandchild")))
    psutil.Process(first).kill()
    await until_async(lambda: not is_alive(orphan), "the grandchild's end")


async def test_one_that_never_starts_is_given_up_with_its_last_words(watched: Watched) -> None:
    watched.supervisor.add(watched.python("raise SystemExit('the port is taken')"))

    def given_up() -> str | None:
        try:
            watched.supervisor.check()
        except StackFailed as failed:
            return str(failed)
        return None

    sentence = await until_async(given_up, "given up")
    assert "The child does not start: the port is taken" in sentence
    assert str(watched.logs / "child.log") in sentence


async def test_stopping_leaves_none_behind(watched: Watched) -> None:
    before = descendants(os.getpid())
    child = watched.supervisor.add(watched.python(PARENT))
    pid = await until_async(lambda: child.pid, "a child")
    grandchild = next(iter(await until_async(lambda: descendants(pid), "a grandchild")))
    await watched.supervisor.stop()
    assert not is_alive(pid)
    await until_async(lambda: not is_alive(grandchild), "the grandchild's end")
    assert descendants(os.getpid()).keys() <= before.keys()


async def test_one_that_does_not_listen_is_killed_after_its_time(watched: Watched) -> None:
    child = watched.supervisor.add(watched.python(STUBBORN, stop_seconds=0.3))
    await until_async(lambda: child.log.last_line() == "deaf", "deafness")
    async with asyncio.timeout(10):
        await watched.supervisor.stop()
    assert child.pid is not None
    assert not is_alive(child.pid)


async def test_loud_lines_reach_a_person_and_the_file_has_all(watched: Watched) -> None:
    watched.supervisor.ready()
    code = (
        "print('all is well', flush=True); print('ERROR the disk is full', flush=True); import signal; signal.pause()"
    )
    watched.supervisor.add(watched.python(code))
    await until_async(lambda: watched.said, "a loud line")
    assert watched.said == ["child: ERROR the disk is full"]
    assert "all is well" in (watched.logs / "child.log").read_text()


async def test_a_launcher_that_is_killed_leaves_none_behind(tmp_path: Path) -> None:
    launcher = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LAUNCHER, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert launcher.stdout is not None
        async with asyncio.timeout(30):
            await launcher.stdout.readline()
        left = await until_async(lambda: d if len(d := descendants(launcher.pid)) == 3 else {}, "child, its own, guard")
        launcher.kill()
        await until_async(lambda: not any(map(is_alive, left)), "the end of all")
    finally:
        with contextlib.suppress(ProcessLookupError):
            launcher.kill()
        await launcher.wait()


LAUNCHER = f"""
import asyncio, sys
from pathlib import Path
from cli.child import ChildSpec
from cli.supervisor import Supervisor

async def main():
    supervisor = Supervisor(logs=Path(sys.argv[1]), say=print)
    child = supervisor.add(ChildSpec(name="child", command=(sys.executable, "-c", {PARENT!r})))
    while child.pid is None:
        await asyncio.sleep(0.01)
    print("started", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
