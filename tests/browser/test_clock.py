"""What the player puts out, measured sample by sample: stems together to the frame, speed and key each by itself.

The page's own code, rendered offline: minutes of music take a second.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, Route

SCRIPTS = Path(__file__).parent / "scripts"
RATE = 8_000
MINUTES_5 = 300


def script(name: str) -> str:
    """A script of the tests, to be run in the page."""
    return (SCRIPTS / f"{name}.js").read_text()


def serve_noise(page: Page, folder: Path, name: str) -> str:
    """Five minutes of noise under an address of the page's own server, in ranges."""
    path = folder / f"noise.{name}"
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, MINUTES_5 * RATE)
    soundfile.write(path, noise, RATE, subtype="PCM_16")
    content = path.read_bytes()

    def answer(route: Route) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", route.request.headers.get("range", ""))
        if found is None:
            route.fulfill(body=content)
            return
        first, last = int(found[1]), min(int(found[2]), len(content) - 1)
        headers = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
        route.fulfill(status=206, body=content[first : last + 1], headers=headers)

    page.route(f"**/{path.name}", answer)
    return f"/{path.name}"


@pytest.mark.parametrize(
    ("name", "times"),
    [("wav", [5, 9.25, 10, [0.5, 3.5]])]
    + [(name, [1.5, 3.75, 4, [0.5, 1.5]]) for name in ("flac", "mp3", "m4a", "ogg")],
)
def test_all_stems_are_heard_at_the_same_frame(page: Page, done: dict[str, str], name: str, times: list[float]) -> None:
    page.goto("/")
    lags = page.evaluate(script("render"), [done[name], *times])
    assert len(lags) == 4
    assert len({tuple(stem) for stem in lags}) == 1, lags
    before, *after = lags[0]
    assert before is not None
    assert None not in after
    assert len(set(after)) == 1, "a piece began early or late"


@pytest.mark.parametrize(("name", "stems"), [("wav", 4), ("flac", 2)])
def test_after_five_minutes_and_three_seeks_no_stem_is_off(page: Page, tmp_path: Path, name: str, stems: int) -> None:
    page.goto("/")
    url = serve_noise(page, tmp_path, name)
    seeks = [[200, 90], [230, 280], [245, 12.3]]
    measured = page.evaluate(script("clock"), [url, name, stems, MINUTES_5, seeks])
    assert measured["apart"] == 0.0, "the stems are not together to the sample"
    for start, middle, end in measured["late"]:
        assert start == middle == end, f"the clock drifts: {measured['late']}"
        assert start is not None


@pytest.mark.parametrize(
    ("speed", "semitones", "hertz"), [(1, 0, 441.0), (0.5, 0, 441.0), (1.5, 0, 441.0), (1, 12, 882.0), (0.9, -5, 330.4)]
)
def test_speed_keeps_the_key_and_the_key_the_speed(page: Page, speed: float, semitones: int, hertz: float) -> None:
    page.goto("/")
    heard = page.evaluate(script("tone"), [speed, semitones])
    assert heard["hertz"] == pytest.approx(hertz, rel=0.005)
    assert heard["loudest"] == pytest.approx(0.5, abs=0.03)
    assert heard["roughness"] < 3, "a click: the joins of pieces are heard"
