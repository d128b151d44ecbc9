"""One stack and one browser for all; a fresh window for each test, which must end without a complaint of the page."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.acceptance.launched import LaunchedStack
from tests.browser.browser import chromium_path, started
from tests.browser.songs import SONG, beginning

PATIENCE_MS = 30_000
# What Chromium itself notes of refusals and of connections that the tests cut.
EXPECTED = ("Failed to load resource", "WebSocket connection to", "Access to fetch")

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def chromium() -> Path:
    """Where Chromium is. Asked for first, so that nothing is started where there is none."""
    return chromium_path()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Chromium. Ends with its module: while Playwright is there, this thread's event loop is taken."""
    with started(chromium) as browser:
        yield browser


@pytest.fixture(scope="package")
def stack(chromium: Path) -> Iterator[LaunchedStack]:
    """The whole stack with the bundled model."""
    assert chromium.exists()
    with tempfile.TemporaryDirectory(prefix="stemify-browser-") as folder:
        launched = LaunchedStack(Path(folder))
        try:
            yield launched.wait_ready()
        finally:
            launched.end()


@pytest.fixture(scope="package")
def short_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song of three seconds, for tests that are not about its sound."""
    return beginning(tmp_path_factory.mktemp("songs"), 3)


@pytest.fixture(scope="package")
def done(stack: LaunchedStack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Jobs that are done, by format: 20 s as WAV, 6 s as each other."""
    short = beginning(tmp_path_factory.mktemp("songs"), 6)
    songs = {"wav": SONG, "flac": short, "mp3": short, "m4a": short, "ogg": short}
    return {name: _separated(stack.url, song, name) for name, song in songs.items()}


@pytest.fixture
def window(browser: Browser, stack: LaunchedStack) -> Iterator[BrowserContext]:
    """A fresh window, of desktop size."""
    yield from opened(browser, stack, service_workers="block")  # which would hide requests from the tests


def opened(browser: Browser, stack: LaunchedStack, **wishes: Any) -> Iterator[BrowserContext]:
    """A fresh window of the stack's pages, of desktop size when nothing else is wished."""
    context = browser.new_context(base_url=stack.url, **({"viewport": {"width": 1200, "height": 900}} | wishes))
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A page in it. Errors on its console fail the test."""
    page = window.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    unexpected = [each for each in complaints if not each.startswith(EXPECTED)]
    assert not unexpected


def _separated(url: str, path: Path, name: str) -> str:
    with path.open("rb") as song:
        sent = {"file": (path.name, song)}
        headers = {"Prefer": "wait=60"}
        answer = httpx.post(f"{url}/api/v1/stemify", files=sent, data={"format": name}, headers=headers, timeout=90)
    job = answer.raise_for_status().json()
    assert job["status"] == "completed", job
    return str(job["job_id"])
