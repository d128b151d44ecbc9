"""The page in other engines, where these are: a recording becomes stems, each format is decoded to the frame."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.launched import LaunchedStack
from tests.browser import firefox, webkit
from tests.browser.firefox import Firefox
from tests.browser.webkit import WebKit

SCRIPT = (Path(__file__).parent / "scripts" / "exact.js").read_text()
ENGINES = {
    "firefox": (firefox.find_firefox, firefox.started, firefox.HOW_TO_GET),
    "webkit": (webkit.find_webkit, webkit.started, webkit.HOW_TO_GET),
}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox | WebKit]:
    """A browser, for all tests here. What its page complains of fails the last of them."""
    find, started, how_to_get = ENGINES[request.param]
    path = find()
    if path is None:
        pytest.skip(f"NO {request.param.upper()}: the web page is not tested in it. {how_to_get}")
    with started(path, tmp_path_factory.mktemp(request.param)) as engine:
        yield engine
        assert engine.complaints == []


def test_a_recording_becomes_stems(engine: Firefox | WebKit, stack: LaunchedStack, short_song: Path) -> None:
    engine.open(stack.url)
    engine.wait("document.querySelectorAll('#model option').length > 0")
    engine.choose("#file", short_song)
    engine.wait("!document.querySelector('#start').disabled")
    engine.click("#start")
    engine.wait("document.querySelector('#job-status').textContent === 'Done'")
    engine.wait("document.querySelectorAll('.strip').length === 4")
    engine.wait("location.hash.length > 1")
    engine.click(".play")
    # A machine that has no output gets a word instead.
    engine.wait(
        "window.stemifyPlayer.peak > 0.01 || document.querySelector('.note').textContent.includes('no sound out')"
    )
    assert engine.complaints == []


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "m4a", "ogg"])
def test_all_stems_are_heard_at_the_same_frame(
    engine: Firefox | WebKit, stack: LaunchedStack, done: dict[str, str], name: str
) -> None:
    engine.open(stack.url)
    late = engine.value(f"({SCRIPT.strip()})({json.dumps([done[name], 1.25, [0.1, 1.5, 3.5]])})")
    assert len(late) == 4
    assert late[0][0] is not None
    assert {frames for stem in late for frames in stem} == {late[0][0]}
