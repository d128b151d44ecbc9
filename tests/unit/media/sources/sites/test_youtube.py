"""yt-dlp's YouTube extractor on pages made for it: what is fetched, and what each of YouTube's answers is taken for."""

import pytest

from media.errors import MediaTooLong
from media.sources.errors import SourceBlocked
from media.sources.sites.fetcher import SiteTools
from media.sources.sites.installed import deno_path
from tests.loopback_site import send
from tests.youtube_pages import (
    AUDIO,
    LIVE,
    NEXT_API,
    PAGE,
    PLAYER,
    PLAYER_API,
    VIDEO,
    VIDEO_ID,
    a_format,
    a_video,
    add_video,
    refused,
)

SONG = bytes(range(256)) * 1000
MEMBERS = "This video is available to this channel's members on level: Gold (or any higher level). Join this channel to"
MANIFEST = {"streamingData": {"hlsManifestUrl": f"https://manifest.googlevideo.com{LIVE}"}}
ONLY_PICTURES = a_format(itag=137, mimeType='video/mp4; codecs="avc1.640028"')


def test_of_a_link_out_of_a_list_the_video_alone_is_fetched(web, fetch, tmp_path, onlooker):
    add_video(web, a_video(), SONG)
    found = fetch(f"{VIDEO}&list=PLsomething-long&index=2")
    assert (found.filename, found.title, found.uploader) == ("The Song.m4a", "The Song", "Somebody")
    assert (tmp_path / "got").read_bytes() == SONG
    assert onlooker.told[-1] == (len(SONG), len(SONG))
    assert set(web.paths_asked) == {PAGE, PLAYER, PLAYER_API, AUDIO}


def test_the_riddles_of_the_players_script_are_solved_within_the_walls(web, fetch, tmp_path):
    add_video(web, a_video(a_format(riddles=True)), SONG)
    deno = deno_path()
    assert deno is not None, "the tests need the extra `youtube`"
    fetch(VIDEO, tools=SiteTools(deno=deno))
    assert (tmp_path / "got").read_bytes() == SONG


def test_without_a_runtime_for_scripts_it_is_said_what_is_missing(web, read):
    add_video(web, a_video(a_format(riddles=True)), SONG)
    problem = read(VIDEO)
    assert (problem.kind, "deno" in problem.detail) == ("unavailable", True)


def test_what_is_refused_ends_as_one_error_before_any_audio(web, fetch):
    add_video(web, a_video(seconds=61), SONG)
    with pytest.raises(MediaTooLong):
        fetch(VIDEO)
    add_video(web, refused("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot", "Learn more"))
    with pytest.raises(SourceBlocked, match="YouTube says: Sign in to confirm you\u2019re not a bot") as caught:
        fetch(VIDEO)
    assert "cookies" not in str(caught.value)
    assert AUDIO not in web.paths_asked


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("blocked", "UNPLAYABLE", "Video unavailable|The uploader has not made this video available in your country"),
        (
            "blocked",
            "UNPLAYABLE",
            "Video unavailable|This video contains content from X, who has blocked it in your country",
        ),
        ("blocked", "UNPLAYABLE", "The following content is not available on this app.|Watch on the latest version"),
        ("blocked", "UNPLAYABLE", "This content isn't available, try again later."),
        ("blocked", "UNPLAYABLE", "Video unavailable|This video is unavailable with Restricted Mode enabled."),
        ("private", "LOGIN_REQUIRED", "This video is private"),
        ("private", "LOGIN_REQUIRED", "Private video|Sign in if you've been granted access to this video"),
        ("private", "LOGIN_REQUIRED", "Sign in to confirm your age|This video may be inappropriate for some users."),
        ("private", "AGE_CHECK_REQUIRED", "This video may be inappropriate for some users."),
        ("private", "UNPLAYABLE", "This video is age-restricted and only available on YouTube"),
        ("private", "UNPLAYABLE", MEMBERS),
        ("private", "UNPLAYABLE", "This video requires payment to watch"),
        ("private", "UNPLAYABLE", "This video is only available to Music Premium members"),
        ("gone", "ERROR", "Video unavailable"),
        ("gone", "ERROR", "Video unavailable|This video has been removed by the uploader"),
        ("gone", "ERROR", "This video isn't available anymore"),
        ("gone", "ERROR", "This video has been removed for violating YouTube's Terms of Service"),
        ("gone", "LIVE_STREAM_OFFLINE", "Premieres in 3 hours"),
        ("gone", "LIVE_STREAM_OFFLINE", "This live event will begin in a few moments."),
        ("gone", "UNPLAYABLE", "This live stream recording is not available."),
        ("unavailable", "ERROR", "An error occurred. Please try again later."),
        ("unavailable", "UNPLAYABLE", "We're processing this video. Check back later."),
    ],
)
def test_youtubes_words_are_told_apart_and_told(web, read, kind, status, reason):
    add_video(web, refused(status, *reason.split("|")))
    problem = read(VIDEO)
    assert problem.kind == kind
    assert reason.rpartition("|")[2].rstrip(".") in problem.detail
    assert not any(advice in problem.detail for advice in ("--", "`", VIDEO_ID, "https:"))


@pytest.mark.parametrize(
    ("player", "kind", "said"),
    [
        (a_video(isLive=True, isLiveContent=True), "gone", "Live streams"),
        (a_video(isLive=True, isLiveContent=True) | MANIFEST, "gone", "Live streams"),
        (a_video(isPostLiveDvr=True, isLiveContent=True), "gone", "Live streams"),
        (a_video(isLive=False, isLiveContent=True), None, ""),
        (a_video(lengthSeconds="0"), "gone", "how long"),
        (a_video(a_format(drmFamilies=["WIDEVINE"])), "blocked", "DRM"),
        (a_video() | {"streamingData": {}}, "gone", "no sound"),
        (a_video(ONLY_PICTURES), "gone", "no sound"),
        (a_video(videoId="another-one"), "blocked", "being blocked"),
    ],
    ids=["live", "live-hls", "just-over", "was-live", "no-length", "drm", "nothing", "pictures", "another"],
)
def test_videos_that_are_not_to_be_fetched(web, read, player, kind, said):
    add_video(web, player)
    problem = read(VIDEO)
    assert getattr(problem, "kind", None) == kind
    assert kind is None or said in problem.detail


@pytest.mark.parametrize(("status", "kind"), [(403, "blocked"), (429, "blocked"), (500, "unavailable")])
def test_an_address_that_is_turned_away_is_told_so_wherever_it_happens(web, read, status, kind):
    places = (PAGE, PLAYER_API, NEXT_API)
    for turned_away in (places, (PLAYER_API,)):
        add_video(web, a_video())
        for place in turned_away:
            web.pages[place] = lambda to: send(to, status, b"<html>Sorry</html>")
        problem = read(VIDEO)
        assert problem.kind == kind
        assert problem.detail.startswith(f"HTTP Error {status}: ")


@pytest.mark.parametrize("path", ["playlist?list=PLsomething-long", "@somebody", "embed/videoseries?list=PLx", ""])
def test_what_is_not_one_video_is_not_asked_for(web, read, path):
    problem = read(f"https://www.youtube.com/{path}")
    assert (problem.kind, web.paths_asked) == ("gone", [])
    assert "single track or video" in problem.detail


@pytest.mark.parametrize(
    "url", [f"https://youtu.be/{VIDEO_ID}?si=x&list=RDx", f"https://music.youtube.com/watch?v={VIDEO_ID}&list=RDAMVMx"]
)
def test_a_video_has_many_links(web, read, url):
    add_video(web, a_video())
    assert read(url).title == "The Song"
