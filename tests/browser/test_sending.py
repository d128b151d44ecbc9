"""Large recordings sent in pieces: lost connections, cancels and servers that restart in the middle."""

import os
import signal
import struct
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Page, Route, expect

from tests.acceptance.launched import LaunchedStack
from tests.acceptance.waiting import until
from tests.browser.test_page import choose

MEGABYTES_21 = 21 * 10**6


@pytest.fixture(scope="module")
def large(short_song: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short song in a large file: most of it is a chunk that nobody reads."""
    path = tmp_path_factory.mktemp("large") / "large.wav"
    samples, rate = soundfile.read(short_song)
    soundfile.write(path, samples, rate, subtype="PCM_16")
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(b"JUNK" + struct.pack("<I", MEGABYTES_21) + bytes(MEGABYTES_21))
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
    return path


def test_a_large_recording_is_resumed_where_it_broke_off(page: Page, large: Path) -> None:
    patches: list[str] = []

    def cut_the_second(route: Route) -> None:
        if route.request.method == "PATCH":
            patches.append(route.request.headers["upload-offset"])
            if len(patches) == 2:
                route.abort()
                return
        route.continue_()

    page.route("**/api/v1/uploads/*", cut_the_second)
    choose(page, large)
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#job-status")).to_have_text("Done")
    assert patches[0] == "0"
    assert patches[2] == patches[1] == str(8 * 2**20), "taken up where it broke off, not from the beginning"
    expect(page.locator("#job-title")).to_have_text("large.wav")


def test_an_upload_can_be_canceled(page: Page, large: Path) -> None:
    page.route("**/api/v1/uploads/*", lambda route: None if route.request.method == "PATCH" else route.continue_())
    choose(page, large)
    with page.expect_request(lambda request: request.method == "PATCH"):
        page.get_by_role("button", name="Separate").click()
    with page.expect_request(lambda request: request.method == "DELETE"):
        page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#job-status")).to_have_text("Canceled")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_server_may_restart_in_the_middle(page: Page, short_song: Path, stack: LaunchedStack) -> None:
    choose(page, short_song)
    page.get_by_text("More options").click()
    page.get_by_label("Passes").select_option("8")
    page.get_by_role("button", name="Separate").click()
    page.wait_for_url("**/#*")
    api = stack.pid("backend.main")
    assert api is not None
    os.kill(api, signal.SIGKILL)
    until(lambda: stack.pid("backend.main") not in {api, None} and stack.is_healthy(), "the API again", seconds=60)
    expect(page.locator("#job-status")).to_have_text("Done")
    expect(page.locator(".strip")).to_have_count(4)


def test_an_answer_that_is_lost_makes_no_second_job(page: Page, large: Path) -> None:
    made: list[str] = []

    def lose_the_first(route: Route) -> None:
        answer = route.fetch()
        made.append(answer.json()["job_id"])
        if len(made) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/api/v1/stemify", lose_the_first)
    choose(page, large)
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#failure")).to_contain_text("cannot be reached")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#job-status")).to_have_text("Done")
    assert made[0] == made[1] == page.url.split("#")[1]
