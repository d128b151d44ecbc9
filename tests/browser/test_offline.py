"""Without a network: the page comes up, and the jobs that were kept are played. And a word when a recording is done."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.acceptance.launched import LaunchedStack
from tests.acceptance.waiting import until
from tests.browser.conftest import opened
from tests.browser.test_page import choose


@pytest.fixture
def window(browser: Browser, stack: LaunchedStack) -> Iterator[BrowserContext]:
    """A fresh window whose pages may install their service worker."""
    yield from opened(browser, stack, permissions=["notifications"])


def wait_installed(page: Page) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller")


@pytest.mark.parametrize("name", ["wav", "flac"])
def test_a_kept_job_is_played_without_a_network(
    page: Page, window: BrowserContext, done: dict[str, str], name: str
) -> None:
    # As Firefox, which asks the person whether the page may keep things for good, who looks elsewhere.
    page.add_init_script("if (navigator.storage) StorageManager.prototype.persist = () => new Promise(() => {})")
    page.goto(f"/#{done[name]}")
    wait_installed(page)
    page.get_by_role("button", name=re.compile(r"^Keep offline \(\d")).click()
    expect(page.get_by_role("button", name=re.compile(r"^Kept offline"))).to_be_visible()
    window.set_offline(True)
    page.reload()
    expect(page.get_by_role("alert").first).to_contain_text("What you kept")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => window.stemifyPlayer.peak > 0.01")
    page.get_by_label("Key").select_option("2")
    expect(page.locator(".note")).to_be_empty()
    window.set_offline(False)
    page.get_by_role("button", name=re.compile(r"^Kept offline")).click()
    expect(page.get_by_role("button", name=re.compile(r"^Keep offline"))).to_be_visible()
    assert page.evaluate("caches.open('kept').then(async (cache) => (await cache.keys()).length)") == 0


def test_a_word_is_said_when_a_recording_is_done_and_nobody_looks(page: Page, short_song: Path) -> None:
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    choose(page, short_song)
    wait_installed(page)
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#job-status")).to_have_text("Done")
    said = (
        "navigator.serviceWorker.ready.then((it) => it.getNotifications()).then((all) => all.map((each) => each.title))"
    )
    until(lambda: page.evaluate(said) == ["song.flac is separated"], "the word", seconds=20)


def test_the_page_can_be_installed(page: Page) -> None:
    page.goto("/")
    wait_installed(page)
    manifest = page.request.get(page.locator("link[rel=manifest]").get_attribute("href") or "").json()
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).headers["content-type"] == icon["type"]
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
