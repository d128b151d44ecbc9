"""How an ending is told, and what the guard does when the launcher is gone."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.child import ChildSpec
from cli.guard import Guard, keep
from cli.supervisor import Supervisor, ending
from tests.acceptance.waiting import until_async

FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]


def test_endings_are_told_in_words() -> None:
    assert ending(0) == "ended with exit code 0"
    assert ending(-9) == "was ended by SIGKILL"
    assert ending(-63) == "was ended by signal 63"


def test_the_guard_ends_what_is_still_watched_and_nothing_else() -> None:
    watched = subprocess.Popen(FOREVER, start_new_session=True)
    forgotten = subprocess.Popen(FOREVER, start_new_session=True)
    try:
        keep([f"+{watched.pid}\n", f"+{forgotten.pid}\n", f"-{forgotten.pid}\n"])
        assert watched.wait(10) == -9
        assert forgotten.poll() is None
    finally:
        os.killpg(forgotten.pid, 9)
        forgotten.wait(10)


def test_a_child_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    """As when the folder of its log is gone, or the system has no room for another process."""
    said: list[str] = []
    supervisor = Supervisor(logs=tmp_path / "logs", say=said.append)

    async def run() -> None:
        child = supervisor.add(ChildSpec(name="sleeper", command=tuple(FOREVER)))
        supervisor.ready()
        try:
            await until_async(lambda: bool(said), "word of it")
            (tmp_path / "logs").mkdir()
            await until_async(lambda: child.pid is not None, "the child")
        finally:
            await supervisor.stop()

    asyncio.run(run())
    assert said[0].startswith("The sleeper cannot be started (No such file or directory)")


def test_without_room_for_the_guard_its_groups_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    guard.watch(1)
    guard.forget(1)
    guard.close()
