"""Small readings: names of files, preferences, entity tags, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.preferences import wait_seconds
from backend.serving.etags import matches
from backend.serving.filenames import attachment, stem_filename
from contract.display_names import MAX_BYTES, display_name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Song.mp3", "Song.mp3"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Music\\Song.mp3", "Song.mp3"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("evil\u202e3pm.exe", "evil3pm.exe"),
        ("Cafe\u0301.wav", "Café.wav"),
        ("", ""),
    ],
)
def test_names_for_display(raw: str, shown: str) -> None:
    assert display_name(raw) == shown


@given(st.text())
def test_any_name_is_made_harmless(raw: str) -> None:
    name = display_name(raw)
    assert len(name.encode()) <= MAX_BYTES
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


def test_a_stems_name() -> None:
    assert stem_filename("My.Song.mp3", "vocals", ".flac") == "My.Song (vocals).flac"
    assert stem_filename("", "vocals", ".flac") == "stems (vocals).flac"


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("wait=10", 10),
        ("respond-async, wait=5", 5),
        ("wait = 7; foo", 7),
        ('wait="9"', 9),
        ("WAIT=3", 3),
        ("wait=99999", 60),
        ("wait=-1", 0),
        ("wait=x", 0),
        ("await=5", 0),
    ],
)
def test_how_long_to_wait(prefer: str | None, seconds: int) -> None:
    assert wait_seconds(prefer) == seconds


@pytest.mark.parametrize(
    ("condition", "same"),
    [(None, False), ('W/"3"', True), ('"3"', True), ('"2", W/"3"', True), ("*", True), ('"33"', False), ("3", False)],
)
def test_entity_tags(condition: str | None, *, same: bool) -> None:
    assert matches(condition, 'W/"3"') is same
