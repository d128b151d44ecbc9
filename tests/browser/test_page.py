"""The page in Chromium: from a dropped recording to its stems, several at once, reloads, errors, a phone."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.acceptance.launched import LaunchedStack
from tests.browser.songs import SONG

PICTURES = Path(__file__).parent / "screenshots"


def choose(page: Page, *files: Path) -> None:
    page.goto("/")
    expect(page.locator("#model option")).not_to_have_count(0)
    page.locator("#file").set_input_files(files)


def block_sockets(page: Page) -> None:
    """As a proxy does that knows no WebSockets and loses long requests."""
    page.route("**/socket.io/**", lambda route: route.abort())
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())


def test_a_recording_becomes_stems_that_are_heard(page: Page) -> None:
    choose(page, SONG)
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#job-status")).to_have_text("Done")
    expect(page.locator(".strip")).to_have_count(4)
    expect(page).to_have_title(re.compile("^Done · mix.flac"))
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => window.stemifyPlayer.peak > 0.01")
    assert "#" in page.url


def test_a_reload_in_the_middle_finds_the_job_again(page: Page, short_song: Path) -> None:
    choose(page, short_song)
    page.get_by_role("button", name="Separate").click()
    page.wait_for_url("**/#*")
    page.reload()
    expect(page.locator("#job-title")).to_have_text("song.flac")
    expect(page.locator("#job-status")).to_have_text("Done")


def test_the_address_is_written_once(page: Page, short_song: Path) -> None:
    """Safari throws at a page that writes it a hundred times, as news of an upload come."""
    page.add_init_script("""
        window.written = [];
        const write = history.replaceState;
        history.replaceState = (...told) => (written.push(told[2]), write.apply(history, told));
    """)
    choose(page, short_song)
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#job-status")).to_have_text("Done")
    assert page.evaluate("written") == ["#" + page.url.split("#")[1]]


def test_without_sockets_the_page_asks(page: Page, short_song: Path) -> None:
    block_sockets(page)
    choose(page, short_song)
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#job-status")).to_have_text("Done")


def test_several_at_once_each_with_its_own_end(page: Page, short_song: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no audio at all" * 500)
    choose(page, short_song, broken)
    page.get_by_role("button", name="Separate 2").click()
    rows = page.locator("#shelf-list li")
    expect(rows.filter(has_text="broken.wav").locator(".badge")).to_have_text("Failed")
    expect(rows.filter(has_text="song.flac").first.locator(".badge")).to_have_text("Done")
    rows.filter(has_text="broken.wav").get_by_role("button").click()
    expect(page.locator("#failure")).not_to_be_empty()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#job-status")).to_have_text("Failed")


def test_a_deleted_job_is_gone(page: Page, short_song: Path) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    choose(page, short_song)
    page.get_by_role("button", name="Separate").click()
    page.get_by_role("button", name="Delete files now").click()
    expect(page.locator("#form")).to_be_visible()
    page.goto("/#" + "0" * 32)
    page.reload()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#alert")).to_be_hidden()


def test_a_phone_shows_all_of_it(browser: Browser, stack: LaunchedStack, done: dict[str, str]) -> None:
    context = browser.new_context(base_url=stack.url, viewport={"width": 390, "height": 844}, has_touch=True)
    try:
        page = context.new_page()
        page.goto(f"/#{done['wav']}")
        expect(page.locator(".strip")).to_have_count(4)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Mute bass").tap()
        expect(page.get_by_role("button", name="Mute bass")).to_have_attribute("aria-pressed", "true")
    finally:
        context.close()


def test_where_jobs_are_not_listed_there_is_no_list(page: Page, short_song: Path) -> None:
    page.route("**/api/v1/jobs?*", lambda route: route.fulfill(status=403, body="{}"))
    choose(page, short_song)
    expect(page.locator("#shelf")).to_be_hidden()
    expect(page.locator("#alert")).to_be_hidden()


def test_the_first_load_is_small(page: Page, record_property: Callable[[str, object], None]) -> None:
    """The page's own bytes before they are compressed. How soon the form can be used is told, not judged."""
    sizes: list[int] = []
    page.on("response", lambda answer: "/api/" in answer.url or sizes.append(len(answer.body())))
    page.goto("/", wait_until="networkidle")
    assert sum(sizes) < 200_000
    ready = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    record_property("first_load_bytes", sum(sizes))
    record_property("form_ready_ms", round(ready))
    PICTURES.mkdir(exist_ok=True)
    told = {"first_load_bytes": sum(sizes), "files": len(sizes), "form_ready_ms": round(ready)}
    (PICTURES / "first_load.json").write_text(json.dumps(told))


def test_options_are_sent_when_chosen_and_fit_the_format(page: Page, short_song: Path) -> None:
    choose(page, short_song)
    page.get_by_text("More options").click()
    expect(page.get_by_label("Bit rate")).to_be_hidden()
    page.get_by_label("File format").select_option("mp3")
    expect(page.get_by_label("Bit depth")).to_be_hidden()
    page.get_by_label("Bit rate").select_option("192")
    page.get_by_label("Passes").select_option("2")
    page.get_by_label("Seed").fill("7")
    page.get_by_label("Add the residual").check()
    page.get_by_label("Stems", exact=True).select_option("some")
    page.get_by_label("bass").uncheck()
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#job-status")).to_have_text("Done")
    expect(page.locator(".strip")).to_have_count(4)
    job = page.request.get(f"/api/v1/jobs/{page.url.split('#')[1]}").json()
    wished = {"format": "mp3", "bitrate_kbps": 192, "shifts": 2, "seed": 7, "residual": True}
    assert wished.items() <= job["options"].items()
    assert [stem["name"] for stem in job["stems"]] == ["drums", "other", "vocals", "residual"]


def test_a_refused_wish_can_be_changed(page: Page, short_song: Path) -> None:
    choose(page, short_song)
    page.get_by_text("More options").click()
    page.get_by_label("Where stems overload").select_option("none")
    page.get_by_label("File format").select_option("flac")
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#failure")).to_contain_text("clip")
    page.get_by_role("button", name="Change options").click()
    expect(page.locator("#picked")).to_contain_text("song.flac")
    page.get_by_label("Where stems overload").select_option("")
    page.get_by_role("button", name="Separate").click()
    expect(page.locator("#job-status")).to_have_text("Done")


def test_what_is_dropped_anywhere_is_taken(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#model option")).not_to_have_count(0)
    page.evaluate("""() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(["x"], "dropped.wav"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
    }""")
    expect(page.locator("#picked")).to_contain_text("dropped.wav")


def test_a_link_is_sent_and_its_refusal_told(page: Page) -> None:
    choose(page)
    page.get_by_label("Or paste a link").fill("ftp://example.com/song.mp3")
    page.get_by_role("button", name="Separate").click()
    expect(page.get_by_role("alert").first).to_contain_text("https://")
    page.get_by_label("Or paste a link").fill("http://127.0.0.1/song.mp3")
    with page.expect_request("**/api/v1/stemify") as sent:
        page.get_by_role("button", name="Separate").click()
    assert sent.value.post_data_json == {"format": "wav", "url": "http://127.0.0.1/song.mp3"}
    expect(page.locator("#job-status")).to_have_text("Failed")
    expect(page.locator("#failure")).to_contain_text("private or special network")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_where_links_are_off_the_page_says_so(page: Page) -> None:
    page.route("**/api/v1/limits", lambda route: route.fulfill(json=route.fetch().json() | {"links": False}))
    page.goto("/")
    expect(page.get_by_text("This server fetches no links")).to_be_visible()
    expect(page.get_by_label("Or paste a link")).to_be_hidden()


def test_a_job_that_waits_for_nobody_says_so(page: Page, done: dict[str, str]) -> None:
    waiting = {"status": "queued", "stems": [], "created_at": "2026-01-01T00:00:00Z", "queue_position": 1, "version": 1}
    alone = {"dependencies": [{"name": "worker", "ok": False, "detail": "none alive"}]}
    block_sockets(page)
    page.route("**/api/v1/jobs?*", lambda route: route.fulfill(json={"data": []}))
    page.route("**/api/v1/jobs/*", lambda route: route.fulfill(json=route.fetch().json() | waiting))
    page.route("**/api/v1/health", lambda route: route.fulfill(status=503, json=alone))
    page.goto(f"/#{done['wav']}")
    expect(page.locator("#message")).to_contain_text("No worker is running")


def test_lengths_are_told_in_hours_and_never_as_nothing(page: Page) -> None:
    page.goto("/")
    lengths = page.evaluate("import('/web/figures.js').then(({ length }) => [0.4, 59.9, 600, 36125].map(length))")
    assert lengths == ["0:01", "0:59", "10:00", "10:02:05"]
