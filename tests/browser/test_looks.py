"""Every state of the page as people see it: no violation that axe finds, and a picture kept of each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.acceptance.launched import LaunchedStack
from tests.browser.conftest import opened
from tests.browser.songs import SONG
from tests.browser.test_page import choose

PICTURES = Path(__file__).parent / "screenshots"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1200, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 2},
}


@pytest.fixture(params=["desktop-light", "desktop-dark", "phone-light", "phone-dark"])
def look(request: pytest.FixtureRequest, browser: Browser, stack: LaunchedStack) -> Iterator[tuple[Page, str]]:
    """A page of this size and colour, and their name."""
    size, scheme = request.param.split("-")
    wishes = SIZES[size] | {"color_scheme": scheme, "reduced_motion": "reduce", "service_workers": "block"}
    for context in opened(browser, stack, **wishes):
        yield context.new_page(), request.param


def check(page: Page, name: str) -> None:
    """Keep a picture; fail for what axe finds, and for what is wider than the window."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    told = [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]
    assert not told, "\n".join(told)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"


def test_the_form(look: tuple[Page, str], tmp_path: Path) -> None:
    page, name = look
    choose(page)
    check(page, f"{name}-form")
    page.get_by_text("More options").click()
    page.get_by_label("Stems", exact=True).select_option("some")
    page.get_by_label("Or paste a link").fill("no link")
    page.get_by_role("button", name="Separate").click()
    check(page, f"{name}-form-options")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no audio at all" * 500)
    choose(page, broken)
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#failure")).not_to_be_empty()
    check(page, f"{name}-failed")


def test_the_player(look: tuple[Page, str], done: dict[str, str]) -> None:
    page, name = look
    page.goto(f"/#{done['wav']}")
    expect(page.locator(".strip")).to_have_count(4)
    page.get_by_role("button", name="Mute drums").click()
    page.get_by_role("button", name="Solo vocals").click()
    page.get_by_role("button", name="Loop to here").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    if name.startswith("desktop"):
        page.get_by_text("Keys", exact=True).click()
    page.wait_for_load_state("networkidle")  # the outlines are drawn
    check(page, f"{name}-player")


def test_a_browser_that_knows_no_light_dark(page: Page, done: dict[str, str]) -> None:
    def older(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("light-dark(", "unheard-of("))

    page.route("**/*.css", older)
    page.goto(f"/#{done['wav']}")
    expect(page.locator(".strip")).to_have_count(4)
    page.wait_for_load_state("networkidle")
    check(page, "older-player")


def test_a_running_job_and_a_canceled_one(page: Page) -> None:
    choose(page, SONG)
    page.get_by_text("More options").click()
    page.get_by_label("Passes").select_option("8")
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#message")).to_have_text(re.compile("^Separating"))
    check(page, "desktop-running")
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#job-status")).to_have_text("Canceled")
    check(page, "desktop-canceled")


def test_stems_played_one_by_one(page: Page, done: dict[str, str]) -> None:
    page.goto(f"/#{done['wav']}")
    page.route("**/stems/*", lambda route: route.abort())
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("audio")).to_have_count(4)
    check(page, "desktop-one-by-one")
