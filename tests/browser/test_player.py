"""The player in Chromium, on the stems of a finished job: what each control does to what is heard."""

import re

import pytest
from playwright.sync_api import Page, expect

# What the page's own transport and mixer put out, rendered as fast as it can be: one channel for each stem.
# A seek in the middle. For each stem: by how many frames what is heard comes after what its file has, at 0.5 s, and at
# each of `checks` seconds after the seek.
RENDER = """async ([jobId, seekAt, seekTo, seconds, checks]) => {
  const { openStems, PIECE_SECONDS } = await import("/web/player/stem_audio.js");
  const { Transport } = await import("/web/player/transport.js");
  const job = await (await fetch(`/api/v1/jobs/${jobId}`)).json();
  const { frames, sample_rate: rate } = job.stems[0];
  const context = new OfflineAudioContext(job.stems.length, seconds * rate, rate);
  const merger = new ChannelMergerNode(context, { numberOfInputs: job.stems.length });
  merger.connect(context.destination);
  const pieces = await openStems(job.stems, context);
  const stems = pieces.map((piece, index) => {
    const output = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    output.connect(merger, 0, index);
    return { piece, output };
  });
  const transport = new Transport({ context, stems, frames, rate, pieceFrames: PIECE_SECONDS * rate, ahead: Infinity });
  await transport.play();
  const paused = context.suspend(seekAt).then(async () => {
    await transport.seek(seekTo * rate);
    context.resume();
  });
  const rendered = await context.startRendering();
  await paused;
  const offsets = [];
  for (const [index, stem] of job.stems.entries()) {
    const bytes = await (await fetch(stem.url)).arrayBuffer();
    const original = (await new OfflineAudioContext(2, 1, rate).decodeAudioData(bytes)).getChannelData(0);
    const heard = rendered.getChannelData(index);
    const after = checks.map((each) => lag(heard, original, (seekAt + each) * rate, (seekTo + each) * rate, rate));
    offsets.push([lag(heard, original, 0.5 * rate, 0.5 * rate, rate), ...after]);
  }
  return offsets;
  // null where the stretch is not heard within a tenth of a second.
  function lag(heard, original, at, from, rate) {
    const [start, origin] = [Math.round(at), Math.round(from)];
    for (let late = 0; late < rate * 0.1; late += 1) {
      let worst = 0;
      for (let frame = 0; frame < 2000 && worst < 2e-4; frame += 1)
        worst = Math.max(worst, Math.abs(heard[start + late + frame] - original[origin + frame]));
      if (worst < 2e-4) return late;
    }
    return null;
  }
}"""


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


@pytest.mark.parametrize(
    ("name", "times"),
    [("wav", [5, 9.25, 10, [0.5, 3.5]]), ("flac", [1.5, 3.75, 4, [0.5, 1.5]])],
)
def test_all_stems_are_heard_at_the_same_frame(page: Page, done: dict[str, str], name: str, times: list[float]) -> None:
    page.goto("/")
    lags = page.evaluate(RENDER, [done[name], *times])
    assert len(lags) == 4
    assert len({tuple(stem) for stem in lags}) == 1, lags
    before, *after = lags[0]
    assert before is not None
    assert None not in after
    assert len(set(after)) == 1, "a piece began early or late"


def test_play_is_heard_and_pause_is_silent(player: Page) -> None:
    play(player)
    wait_level(player, "> 0.01")
    player.get_by_role("button", name="Pause").click()
    wait_level(player, "=== 0")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_only_the_beginning_is_fetched_to_start(player: Page) -> None:
    asked: list[str] = []
    player.on("request", lambda request: asked.append(request.headers.get("range", "")))
    play(player)
    wait_level(player, "> 0.01")
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
    player.get_by_label("Speed", exact=False).select_option("1.5")
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
