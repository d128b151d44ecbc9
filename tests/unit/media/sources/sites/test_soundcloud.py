"""yt-dlp's SoundCloud extractor on pages made for it: what is fetched, and what each refusal is taken for."""

import pytest

from media.errors import MediaTooLong
from media.sources.errors import LinkRefused, SourcePrivate, SourceTooLarge
from media.sources.sites.orders import Found
from tests.loopback_site import send
from tests.soundcloud_pages import AUDIO, CLIENT_ID, HLS, PREVIEW, RESOLVE, TRACK, Coding, add_track

SONG = bytes(range(256)) * 1000
SHORT = "https://on.soundcloud.com/AbC"


def answering(status):
    return lambda to: send(to, status, b"{}")


def test_a_track_is_fetched_with_the_client_id_its_scripts_name(web, fetch, tmp_path):
    add_track(web, SONG)
    found = fetch(f"{TRACK}?in=somebody/sets/best&si=1")
    assert (found.filename, found.title, found.uploader) == ("The Song.mp3", "The Song", "Somebody")
    assert (tmp_path / "got").read_bytes() == SONG
    assert all(
        f"client_id={CLIENT_ID}" in path for path, _ in web.site.asked if path.startswith(("/resolve", "/media"))
    )


def test_a_slash_in_a_title_cuts_nothing_of_the_name(web, fetch):
    add_track(web, SONG, title="AC/DC - Live \\ Loud")
    found = fetch(TRACK)
    assert (found.filename, found.title) == ("AC-DC - Live - Loud.mp3", "AC/DC - Live \\ Loud")


def test_the_whole_track_in_segments_is_preferred_to_its_beginning_in_one_piece(web, fetch, tmp_path, onlooker):
    add_track(web, SONG, codings=(PREVIEW, HLS))
    assert fetch(TRACK).filename == "The Song.mp3"
    assert (tmp_path / "got").read_bytes() == SONG
    assert onlooker.told[-1][0] == len(SONG)
    assert AUDIO not in web.paths_asked


def test_of_a_track_that_is_only_given_in_part_nothing_is_fetched(web, fetch):
    add_track(web, SONG, codings=(PREVIEW,))
    with pytest.raises(SourcePrivate, match="Only its beginning"):
        fetch(TRACK)
    assert AUDIO not in web.paths_asked


def test_too_long_is_known_before_the_audio_is_asked_for(web, fetch):
    add_track(web, SONG, seconds=61)
    with pytest.raises(MediaTooLong):
        fetch(TRACK)
    assert AUDIO not in web.paths_asked


def test_too_large_is_told_where_no_rate_is(web, fetch):
    add_track(web, SONG)
    with pytest.raises(SourceTooLarge):
        fetch(TRACK, most_bytes=100_000)


def test_a_short_link_leads_to_a_track_and_nowhere_else(web, read, fetch):
    add_track(web, SONG)
    web.pages["/somebody/the-song"] = answering(200)
    web.pages["/AbC"] = lambda to: send(to, 302, Location=f"{TRACK}?si=1")
    assert read(SHORT).title == "The Song"
    web.pages["/AbC"] = lambda to: send(to, 302, Location="https://soundcloud.com/")
    assert "single track" in read(SHORT).detail
    web.pages["/AbC"] = lambda to: send(to, 302, Location="https://169.254.169.254/")
    with pytest.raises(LinkRefused):
        fetch(SHORT)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, "private"), (403, "blocked"), (404, "gone"), (429, "blocked"), (500, "unavailable")],
)
def test_statuses_are_told_apart_of_the_track_and_of_its_audio(web, read, status, kind):
    add_track(web, SONG)
    web.pages[AUDIO] = answering(status)
    of_audio = read(TRACK, download=True)
    web.pages[RESOLVE] = answering(status)
    for problem in (of_audio, read(TRACK)):
        assert problem.kind == kind
        assert problem.detail.startswith(f"HTTP Error {status}: ")


@pytest.mark.parametrize(
    ("track", "kind", "said"),
    [
        ({"codings": (), "policy": "BLOCK"}, "blocked", "not available from your location due to geo restriction"),
        ({"codings": (Coding("aac_160k", "cbc-encrypted-hls"),)}, "blocked", "DRM protected"),
        ({"codings": ()}, "gone", "no sound"),
        ({"media": "file:///etc/passwd"}, "gone", "no sound"),
    ],
    ids=["country", "drm", "nothing", "file"],
)
def test_tracks_without_a_form_to_fetch_are_told_apart(web, read, track, kind, said):
    add_track(web, SONG, **track)
    problem = read(TRACK)
    assert problem.kind == kind
    assert problem.detail.removeprefix("This video is ").endswith(said) or said in problem.detail


@pytest.mark.parametrize("path", ["somebody", "somebody/sets/best", "stations/track/somebody/the-song", ""])
def test_what_is_not_one_track_is_not_asked_for(web, read, path):
    problem = read(f"https://soundcloud.com/{path}")
    assert (problem.kind, web.paths_asked) == ("gone", [])
    assert "single track" in problem.detail


def test_a_site_that_has_changed_is_unavailable_and_may_be_tried_again(web, read):
    add_track(web, SONG)
    assert isinstance(read(TRACK), Found)
    web.pages["/assets/1.js"] = answering(200)
    assert read(TRACK).kind == "unavailable"
