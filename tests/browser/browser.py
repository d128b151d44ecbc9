"""The system's Chromium, driven by Playwright. Where there is none, CI fails and everybody else is told."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

# The wrapper on Debian's path adds the flags of the machine's owner; the program itself has none.
_PROGRAMS = ("/usr/lib/chromium/chromium", "chromium", "chromium-browser", "google-chrome")
_FLAGS = ("--no-sandbox", "--mute-audio", "--autoplay-policy=no-user-gesture-required")


def chromium_path() -> Path:
    """Where Chromium is. Without one the test fails under CI=true, and is skipped with a loud reason elsewhere."""
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    told = "NO CHROMIUM: the web page is not tested. Install one (Debian: apt-get install chromium)."
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)


@contextmanager
def started(path: Path) -> Iterator[Browser]:
    """A running Chromium without a window."""
    with sync_playwright() as playwright:
        yield from _launched(playwright, path)


def _launched(playwright: Playwright, path: Path) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
    try:
        yield browser
    finally:
        browser.close()
