"""The system's Chromium, driven by Playwright. Where there is none, CI fails and everybody else is told."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from benchmarks.player.chromium import FLAGS, HOW_TO_GET, find_chromium


def chromium_path() -> Path:
    """Where Chromium is. Without one the test fails under CI=true, and is skipped with a loud reason elsewhere."""
    found = find_chromium()
    if found:
        return found
    told = f"NO CHROMIUM: the web page is not tested. {HOW_TO_GET}"
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)


@contextmanager
def started(path: Path) -> Iterator[Browser]:
    """A running Chromium without a window."""
    with sync_playwright() as playwright:
        yield from _launched(playwright, path)


def _launched(playwright: Playwright, path: Path) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()
