"""`python -m benchmarks.player.listener`: one visit to the player in a Chromium of its own, told as JSON."""

import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.player.chromium import FLAGS, find_chromium

_FIRST_SOUND = (Path(__file__).parent / "first_sound.js").read_text(encoding="utf-8")
_WANDERING = (Path(__file__).parent / "wandering.js").read_text(encoding="utf-8")
_PATIENCE_MS = 60_000
_LINE = {"offline": False, "latency": 40, "downloadThroughput": 20e6 / 8, "uploadThroughput": 20e6 / 8}
"""20 Mbit/s, 40 ms there and back."""


def main() -> None:
    """In the child."""
    task, told = sys.argv[1], json.loads(sys.argv[2])
    with _browser() as browser:
        print(json.dumps(first_sounds(browser, **told) if task == "first_sounds" else wandered(browser, **told)))


def first_sounds(browser: Browser, url: str, *, slow: bool) -> dict[str, float]:
    """From opening the page, play being pressed at once; and from pressing play on a page that has settled."""
    with _page(browser, hasty=True, slow=slow) as page:
        page.goto(url)
        opened = _heard(page)
    with _page(browser, hasty=False, slow=slow) as page:
        page.goto(url, wait_until="networkidle")
        page.get_by_role("button", name="Play", exact=True).click()
        pressed = _heard(page)
    return {
        "opening_seconds": opened["sounded"] / 1000,
        "opening_bytes": opened["audio"] + opened["others"],
        "seconds": (pressed["sounded"] - pressed["pressed"]) / 1000,
        "audio_bytes": pressed["audio"],
    }


def wandered(browser: Browser, url: str, *, seeks: int) -> dict[str, float]:
    """Played from places all over the recording: what each seek took, and the most memory the page's process had."""
    with _page(browser, hasty=False, slow=False) as page:
        page.goto(url, wait_until="networkidle")
        page.get_by_role("button", name="Play", exact=True).click()
        _heard(page)
        drawn = Random(1)  # noqa: S311 - places, no secrets
        took = page.evaluate(_WANDERING, [drawn.uniform(0.0, 0.99) for _ in range(seeks)])
        return {
            "seek_seconds": statistics.median(took),
            "slowest_seek_seconds": max(took),
            "script_bytes": _script_bytes(page),
            "peak_bytes": _peak_bytes(browser),
        }


def _script_bytes(page: Page) -> float:
    """What the page's script holds: its objects, and the buffers behind them."""
    used = page.context.new_cdp_session(page).send("Runtime.getHeapUsage")
    return used["usedSize"] + used.get("backingStorageSize", 0)


def _peak_bytes(browser: Browser) -> float:
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return max(_high_water(each["id"]) for each in processes if each["type"] == "renderer")


def _high_water(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _heard(page: Page) -> dict[str, Any]:
    page.wait_for_function("() => window.heard.sounded")
    return page.evaluate("window.heard")


@contextmanager
def _page(browser: Browser, *, hasty: bool, slow: bool) -> Iterator[Page]:
    # a service worker's own requests would not be slowed
    context: BrowserContext = browser.new_context(service_workers="block" if slow else "allow")
    try:
        context.set_default_timeout(_PATIENCE_MS)
        page = context.new_page()
        page.add_init_script(f"window.hasty = {json.dumps(hasty)};\n{_FIRST_SOUND}")
        if slow:
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", _LINE)
        yield page
    finally:
        context.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    main()
