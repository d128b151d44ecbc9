"""Of a child's output a person sees what matters, and the file keeps the rest."""

import asyncio
import re
from pathlib import Path

import pytest

from cli import log_file
from cli.log_file import LogFile, loud_line
from tests.acceptance.waiting import until_async

LOUD = r"\b(WARNING|ERROR)\b"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("INFO: started", None),
        ("ERROR: no room left", "ERROR: no room left"),
        ('{"level": "info", "event": "ERROR in a name only"}', None),
        (
            '{"level": "error", "event": "separation failed", "error": "out of memory"}',
            "separation failed: out of memory",
        ),
        ('{"level": "warning", "event": "gpu unusable"}', "gpu unusable"),
        ('{"level": "critical", "event": "cannot_separate", "because": "no GPU"}', "cannot_separate: no GPU"),
        ('{"half a record', None),
        ("[1, 2]", None),
    ],
)
def test_loud_lines_are_shown_in_words(line: str, shown: str | None) -> None:
    assert loud_line(line, re.compile(LOUD)) == shown


def test_only_whole_new_lines_are_shown(tmp_path: Path) -> None:
    shown: list[str] = []
    log = LogFile(tmp_path / "api.log", loud=LOUD, show=shown.append)
    with log.open() as file:
        file.write(b"ERROR one\nERROR tw")
    log.show_new()
    assert shown == ["ERROR one"]
    with log.open() as file:
        file.write(b"o\n")
    log.show_new()
    log.show_new()
    assert shown == ["ERROR one", "ERROR two"]


def test_what_was_written_before_this_start_is_not_shown_again(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_text("ERROR of yesterday\n")
    shown: list[str] = []
    LogFile(path, loud=LOUD, show=shown.append).show_new()
    assert shown == []


def test_the_last_line_says_why_a_child_ended(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "api.log", loud=LOUD, show=print)
    assert log.last_line() == ""
    log.path.write_text('Traceback ...\n{"level": "error", "event": "STEMIFY_QUEUE__MAX_DEPTH must be at least 1"}\n\n')
    assert log.last_line() == "STEMIFY_QUEUE__MAX_DEPTH must be at least 1"


def test_a_file_that_cannot_be_kept_short_is_still_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk: here a folder is in the way of the older file."""
    monkeypatch.setattr(log_file, "_MAX_BYTES", 40)
    monkeypatch.setattr(log_file, "_POLL_SECONDS", 0.01)
    shown: list[str] = []
    log = LogFile(tmp_path / "api.log", loud=LOUD, show=shown.append)
    log.path.write_text("ERROR one\n" + ".\n" * 40)
    log.path.with_suffix(".old.log").mkdir()

    async def write_more() -> None:
        watching = asyncio.create_task(log.watch())
        await until_async(lambda: "ERROR one" in shown, "the first line")
        with log.open() as file:
            file.write(b"ERROR two\n")
        await until_async(lambda: "ERROR two" in shown, "the second line")
        watching.cancel()

    asyncio.run(write_more())
    assert [line for line in shown if line.startswith("ERROR")] == ["ERROR one", "ERROR two"]
    assert sum("cannot be kept" in line for line in shown) == 1, "said once"
