"""Of a child's output a person sees what matters, and the file keeps the rest."""

import re
from pathlib import Path

import pytest

from cli.log_file import LogFile, loud_line

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
