"""The player in Chromium, on the stems of a finished job: what each control does to what is heard."""

import re
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Page, Route, expect


def wait_level(page: Page, condition: str) -> None:
    """Wait until the loudest sample that goes out fulfils this."""
    page.wait_for_function(f"() => window.stemifyPlayer.peak {condition}")


@pytest.fixture
def player(page: Page, done: dict[str, str]) -> Page:
    """The page with the player of a WAV job."""
    page.goto(f"/#{done['wav']}")
    expect(page.locator(".strip")).to_have_count(4)
    return page


def play(page: Page) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def at_seconds(page: Page) -> int:
    minutes, seconds = page.locator(".time").inner_text().split(" /")[0].split(":")
    return int(minutes) * 60 + int(seconds)


def test_play_is_heard_and_pause_is_silent(player: Page) -> None:
    play(player)
    wait_level(player, "> 0.01")
    player.get_by_role("button", name="Pause").click()
    wait_level(player, "=== 0")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()


@pytest.mark.parametrize("name", ["wav", "flac", "mp3"])
def test_only_the_beginning_is_fetched_to_start(page: Page, done: dict[str, str], name: str) -> None:
    page.goto(f"/#{done[name]}")
    expect(page.locator(".strip")).to_have_count(4)
    page.wait_for_load_state("networkidle")  # the outlines are there
    asked: list[str] = []
    page.on("request", lambda request: "/stems/" in request.url and asked.append(request.headers.get("range", "none")))
    play(page)
    wait_level(page, "> 0.01")
    assert "none" not in asked, "a stem was fetched whole"
    ranges = [re.fullmatch(r"bytes=(\d+)-(\d+)", each) for each in asked if each]
    assert ranges
    assert max(int(found[2]) - int(found[1]) for found in ranges if found) < 1_000_000


def test_mute_solo_and_the_master_silence(player: Page) -> None:
    play(player)
    for name in ("drums", "bass", "other", "vocals"):
        player.get_by_role("button", name=f"Mute {name}").click()
    wait_level(player, "< 1e-4")
    player.keyboard.press("1")
    wait_level(player, "> 0.01")
    player.get_by_role("button", name="Solo vocals").click()  # muted as well, so nothing is heard
    wait_level(player, "< 1e-4")
    player.get_by_role("button", name="Reset mix").click()
    wait_level(player, "> 0.01")
    player.get_by_role("slider", name="Master volume").fill("0")
    wait_level(player, "< 1e-4")


def test_volume_and_pan_are_set_and_said(player: Page) -> None:
    player.get_by_role("slider", name="Volume of bass").fill("50")
    expect(player.get_by_role("slider", name="Volume of bass")).to_have_attribute("aria-valuetext", "50 %")
    player.get_by_role("slider", name="Pan of bass").fill("-100")
    expect(player.get_by_role("slider", name="Pan of bass")).to_have_attribute("aria-valuetext", "100 % left")


def test_a_click_and_the_keys_seek(player: Page) -> None:
    lane = player.locator(".lane").first
    box = lane.bounding_box()
    assert box
    lane.click(position={"x": box["width"] / 2, "y": 20})
    expect(player.locator(".time")).to_have_text("0:10 / 0:20")
    player.keyboard.press("ArrowRight")
    expect(player.locator(".time")).to_have_text("0:15 / 0:20")
    player.keyboard.press("Home")
    expect(player.locator(".time")).to_have_text("0:00 / 0:20")
    player.keyboard.press("Space")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()


def test_a_loop_repeats_its_stretch(player: Page) -> None:
    lane = player.locator(".lane").nth(2)
    box = lane.bounding_box()
    assert box
    lane.scroll_into_view_if_needed()
    box = lane.bounding_box()
    assert box
    player.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10)
    player.mouse.down()
    player.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + 10, steps=4)
    player.mouse.up()
    expect(player.get_by_role("button", name="Loop 0:1")).to_have_attribute("aria-pressed", "true")
    play(player)
    # Twice round: the position falls back twice.
    player.wait_for_function("""() => {
        const at = window.stemifyPlayer.position;
        const seen = (window.seen ??= { last: at, turns: 0 });
        if (at < seen.last - 0.5) seen.turns += 1;
        seen.last = at;
        return seen.turns >= 2;
    }""")
    assert at_seconds(player) in {9, 10, 11}
    player.keyboard.press("l")
    expect(player.get_by_role("button", name="Loop", exact=True)).to_have_attribute("aria-pressed", "false")


def test_the_end_goes_back_to_the_beginning(player: Page) -> None:
    player.get_by_label("Speed").select_option("1.5")
    player.get_by_role("slider", name="Position").fill("950")
    play(player)
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(player.locator(".time")).to_have_text("0:00 / 0:20")


def test_stems_that_cannot_be_read_can_be_tried_again(player: Page) -> None:
    player.route("**/stems/*", lambda route: route.abort())
    player.route("**/health/live", lambda route: route.abort())
    player.get_by_role("button", name="Play", exact=True).click()
    expect(player.locator(".note")).to_contain_text("press play again")
    player.unroute_all()
    play(player)
    wait_level(player, "> 0.01")


def test_stems_out_of_reach_are_played_one_by_one(player: Page) -> None:
    player.route("**/stems/*", lambda route: route.abort())
    player.get_by_role("button", name="Play", exact=True).click()
    expect(player.locator("audio")).to_have_count(4)


@pytest.mark.parametrize("name", ["m4a", "ogg"])
def test_formats_that_are_decoded_whole_play_and_seek(page: Page, done: dict[str, str], name: str) -> None:
    page.goto(f"/#{done[name]}")
    page.get_by_role("slider", name="Position").fill("500")
    play(page)
    wait_level(page, "> 0.01")
    assert 3 <= at_seconds(page) <= 6
    expect(page.locator(".note")).to_be_empty()


def test_too_much_to_be_decoded_whole_is_played_one_by_one(page: Page, done: dict[str, str]) -> None:
    def hour(route: Route) -> None:
        job = route.fetch().json()
        route.fulfill(json=job | {"stems": [stem | {"duration_seconds": 3600} for stem in job["stems"]]})

    page.route(f"**/api/v1/jobs/{done['ogg']}", hour)
    page.route("**/api/v1/jobs?*", lambda route: route.fulfill(json={"data": []}))
    page.goto(f"/#{done['ogg']}")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".note")).to_contain_text("WAV, FLAC or MP3")
    expect(page.locator("audio")).to_have_count(4)
    page.locator("audio").first.evaluate("audio => audio.play()")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2")


def test_the_mix_that_is_heard_is_downloaded(player: Page, tmp_path: Path) -> None:
    for name in ("drums", "vocals", "other"):
        player.get_by_role("button", name=f"Mute {name}").click()
    player.get_by_role("slider", name="Volume of bass").fill("50")
    with player.expect_download() as download:
        player.get_by_role("button", name="Download this mix").click()
    assert download.value.suggested_filename == "mix (mix).wav"
    download.value.save_as(tmp_path / "mix.wav")
    with player.expect_download() as download:
        player.get_by_role("link", name="Download bass").click()
    download.value.save_as(tmp_path / "bass.wav")
    mix, bass = (soundfile.read(tmp_path / f"{name}.wav")[0] for name in ("mix", "bass"))
    assert mix.shape == bass.shape
    assert abs(mix - bass / 2).max() < 1e-4
    player.get_by_role("button", name="Mute bass").click()
    player.get_by_role("button", name="Download this mix").click()
    expect(player.locator(".note")).to_contain_text("Nothing is heard")


def test_speed_and_key_are_chosen_while_it_plays(player: Page) -> None:
    play(player)
    wait_level(player, "> 0.01")
    player.get_by_label("Speed").select_option("0.5")
    player.get_by_label("Key").select_option("-3")
    began = player.evaluate("window.stemifyPlayer.position")
    player.wait_for_function(f"() => window.stemifyPlayer.position > {began} + 0.4 && window.stemifyPlayer.peak > 0.01")
    expect(player.locator(".note")).to_be_empty()


def test_a_browser_without_an_output_is_told_of(player: Page) -> None:
    """Firefox never answers there."""
    player.evaluate("""() => {
        const resume = AudioContext.prototype.resume;
        AudioContext.prototype.resume = () => new Promise(() => {});
        window.plugIn = () => (AudioContext.prototype.resume = resume);
    }""")
    player.get_by_role("button", name="Play", exact=True).click()
    expect(player.locator(".note")).to_contain_text("no sound out")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    player.evaluate("() => void window.plugIn()")
    play(player)
    wait_level(player, "> 0.01")
    expect(player.locator(".note")).to_be_empty()


def test_a_format_the_browser_cannot_decode_is_named(page: Page, done: dict[str, str]) -> None:
    """Ogg in Safari before 18.4."""
    page.add_init_script("""
        HTMLMediaElement.prototype.canPlayType = (type) => (type.includes("ogg") ? "" : "maybe");
        BaseAudioContext.prototype.decodeAudioData = () => Promise.reject(new DOMException("", "EncodingError"));
    """)
    page.goto(f"/#{done['ogg']}")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".note")).to_contain_text("does not play OGG")
    expect(page.locator("audio")).to_have_count(0)
    page.get_by_role("button", name="New recording").click()
    page.get_by_label("File format").select_option("ogg")
    expect(page.get_by_text("can only be downloaded")).to_be_visible()
