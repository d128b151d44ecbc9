"""What happens to the stack's processes: killed ones come back, and the end leaves none behind."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.launched import LaunchedStack
from tests.acceptance.processes import is_alive
from tests.acceptance.recordings import KINDS, recording
from tests.acceptance.waiting import until

pytestmark = pytest.mark.timeout(300)  # a busy machine takes its time

PARTS = ("backend.main", "-A worker.main", "valkey-server")


@pytest.fixture(scope="module")
def own_stack() -> Iterator[LaunchedStack]:
    """A stack these tests may hurt, in the order they stand here."""
    with tempfile.TemporaryDirectory(prefix="stemify-acceptance-") as folder:
        launched = LaunchedStack(Path(folder))
        try:
            yield launched.wait_ready()
        finally:
            launched.end()


@pytest.mark.parametrize("part", ["backend.main", "-A worker.main"])
def test_a_killed_part_is_started_again_and_said_so(own_stack: LaunchedStack, part: str) -> None:
    first = own_stack.pid(part)
    assert first is not None
    before = own_stack.output.read_text().count("SIGKILL")
    os.kill(first, signal.SIGKILL)
    until(lambda: own_stack.output.read_text().count("SIGKILL") > before, "said so")
    second = until(lambda: pid if (pid := own_stack.pid(part)) != first else None, f"another {part}")
    assert is_alive(second)
    until(own_stack.is_healthy, "healthy again", seconds=200)


def test_jobs_are_done_after_all_that(own_stack: LaunchedStack, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "submit", str(recording(tmp_path, KINDS[0])), "--wait"]
    ran = subprocess.run(
        [*command, "--server", own_stack.url, "-o", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_a_second_launcher_is_sent_away(own_stack: LaunchedStack, tmp_path: Path) -> None:
    second = LaunchedStack(tmp_path, data=own_stack.data)
    try:
        assert second.launcher.wait(30) == 2
        assert second.said("is in use by another stemify")
    finally:
        second.end()
    assert own_stack.is_healthy()


def test_a_killed_launcher_leaves_none_behind(own_stack: LaunchedStack) -> None:
    left = own_stack.descendants()
    assert all(any(part in command for command in left.values()) for part in PARTS)
    own_stack.launcher.kill()
    own_stack.launcher.wait()
    until(lambda: not any(map(is_alive, left)), "the end of all", seconds=10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_stopped_launcher_leaves_none_behind(tmp_path: Path, number: signal.Signals) -> None:
    launched = LaunchedStack(tmp_path)
    try:
        if number is signal.SIGINT:
            launched.wait_ready()
        else:  # in the middle of starting, too
            until(lambda: launched.pid("backend.main"), "an API")
        left = launched.descendants()
        assert launched.stop(number) == 0
        assert not any(map(is_alive, left))
        assert not any((launched.data / "redis").glob("*.sock"))
    finally:
        launched.end()
