"""yt-dlp's own extractor, confined, on pages in a site's shape: what it fetches, refuses, and leaves behind."""

import threading

import pytest

from media.errors import MediaTooLong
from media.sources.errors import LinkRefused, SourceTooLarge, SourceUnavailable
from media.sources.sites.fetcher import SiteTools
from tests.bandcamp_pages import PAGE, TRACK, add_track
from tests.loopback_site import send
from tests.loopback_web import LoopbackInternet
from tests.onlooker import Enough

SONG = bytes(range(256)) * 1000


def test_a_track_is_fetched_with_its_title(web, fetch, tmp_path, onlooker):
    add_track(web, SONG)
    found = fetch(TRACK)
    assert (found.bytes, found.filename, found.title, found.uploader) == (
        len(SONG),
        "The Song.mp3",
        "The Song",
        "Somebody",
    )
    assert (tmp_path / "got").read_bytes() == SONG
    assert onlooker.told[-1] == (len(SONG), len(SONG))
    assert set(web.internet.dialed) == {"somebody.bandcamp.com:443", "t4.bcbits.com:443"}


def test_too_long_and_unknown_lengths_are_not_downloaded(web, fetch):
    add_track(web, SONG, duration=61.0)
    with pytest.raises(MediaTooLong):
        fetch(TRACK)
    add_track(web, SONG, duration=None)
    with pytest.raises(SourceUnavailable, match="how long"):
        fetch(TRACK)
    assert set(web.paths_asked) == {PAGE}


def test_too_large(web, fetch):
    add_track(web, SONG)
    with pytest.raises(SourceTooLarge):
        fetch(TRACK, most_bytes=1000)


def test_audio_on_an_inner_host_is_not_reached(web, fetch):
    add_track(web, SONG, host="inside.bcbits.com")
    internet = LoopbackInternet(web.site.port, {"inside.bcbits.com": "127.0.0.1"})
    with pytest.raises(LinkRefused):
        fetch(TRACK, internet=internet)


@pytest.mark.parametrize(("path", "said"), [("album/many", "a single track"), ("track/gone", "404")])
def test_what_is_not_one_recording_is_told(web, fetch, path, said):
    web.pages["/track/gone"] = lambda to: send(to, 404)
    with pytest.raises(SourceUnavailable, match=said) as caught:
        fetch(f"https://somebody.bandcamp.com/{path}")
    assert caught.value.lasting


def test_cookies_are_sent_from_a_copy(web, fetch, tmp_path):
    add_track(web, SONG)
    cookies = tmp_path / "cookies.txt"
    jar = "# Netscape HTTP Cookie File\n.bandcamp.com\tTRUE\t/\tTRUE\t4102444800\tlogin\tletmein\n"
    cookies.write_text(jar)
    fetch(TRACK, tools=SiteTools(cookies_file=cookies))
    assert "login=letmein" in web.site.asked[0][1]["cookie"]
    assert cookies.read_text() == jar


def test_a_child_is_killed_when_nobody_wants_it(web, fetch, onlooker):
    asked, over = threading.Event(), threading.Event()

    def stall(_):
        asked.set()
        over.wait(30)

    web.pages[PAGE] = stall
    canceler = threading.Thread(target=lambda: (asked.wait(30), onlooker.stop.set()))
    canceler.start()
    with pytest.raises(Enough):
        fetch(TRACK)
    over.set()
    canceler.join()


def test_it_does_not_take_for_ever(web, fetch):
    over = threading.Event()
    web.pages[PAGE] = lambda _: over.wait(30)
    with pytest.raises(SourceUnavailable, match="longer than"):
        fetch(TRACK, most_seconds=1.0)
    over.set()
