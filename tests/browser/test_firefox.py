"""The page in another engine: in Firefox a recording becomes stems, and each format is decoded to the frame."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.launched import LaunchedStack
from tests.browser.firefox import HOW_TO_GET, Firefox, find_firefox, started

SCRIPT = (Path(__file__).parent / "scripts" / "exact.js").read_text()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Firefox, for all tests here. What the page complains of fails the last of them."""
    path = find_firefox()
    if path is None:
        pytest.skip(f"NO FIREFOX: the web page is tested in Chromium alone. {HOW_TO_GET}")
    with started(path, tmp_path_factory.mktemp("firefox")) as firefox:
        yield firefox
        assert firefox.complaints == []


def test_a_recording_becomes_stems(firefox: Firefox, stack: LaunchedStack, short_song: Path) -> None:
    firefox.open(stack.url)
    firefox.wait("document.querySelectorAll('#model option').length > 0")
    firefox.choose("#file", short_song)
    firefox.wait("!document.querySelector('#start').disabled")
    firefox.click("#start")
    firefox.wait("document.querySelector('#job-status').textContent === 'Done'")
    firefox.wait("document.querySelectorAll('.strip').length === 4")
    firefox.click(".play")
    # A machine that has no output gets a word instead.
    firefox.wait(
        "window.stemifyPlayer.peak > 0.01 || document.querySelector('.note').textContent.includes('no sound out')"
    )


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "m4a", "ogg"])
def test_all_stems_are_heard_at_the_same_frame(
    firefox: Firefox, stack: LaunchedStack, done: dict[str, str], name: str
) -> None:
    firefox.open(stack.url)
    late = firefox.value(f"({SCRIPT})({json.dumps([done[name], 1.25, [0.1, 1.5, 3.5]])})")
    assert len(late) == 4
    assert late[0][0] is not None
    assert {frames for stem in late for frames in stem} == {late[0][0]}
