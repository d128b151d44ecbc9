"""yt-dlp's own extractor, confined, on pages in a site's shape: what it fetches, refuses, and leaves behind."""

import threading
from dataclasses import replace

import psutil
import pytest

from media.errors import MediaTooLong
from media.sources.errors import LinkRefused, SourceTooLarge, SourceUnavailable
from media.sources.links import read_link
from media.sources.reach import Reach
from media.sources.sites.fetcher import SiteFetcher, SiteTools
from media.sources.sites.table import SITES
from media.sources.terms import Terms
from tests.bandcamp_pages import LoopbackInternet, bandcamp_pages
from tests.loopback_site import send

SONG = bytes(range(256)) * 1000


class Enough(Exception):
    """The onlooker wants no more."""


class Onlooker:
    def __init__(self):
        self.told = []
        self.stop = threading.Event()

    def check(self):
        if self.stop.is_set():
            raise Enough

    def reached(self, done, total):
        self.told.append((done, total))


@pytest.fixture(scope="module")
def bandcamp(tmp_path_factory):
    with bandcamp_pages(tmp_path_factory.mktemp("site")) as pages:
        yield pages


@pytest.fixture
def onlooker():
    return Onlooker()


@pytest.fixture
def fetch(bandcamp, tmp_path, onlooker):
    bandcamp.site.asked.clear()

    def run(link=bandcamp.track, *, internet=bandcamp.internet, tools=None, **terms):
        found = SiteTools(ca_file=bandcamp.ca_file) if tools is None else replace(tools, ca_file=bandcamp.ca_file)
        fetcher = SiteFetcher(internet, found, missing=lambda _: None)
        wanted = Terms(**({"most_bytes": 10**6} | terms))
        return fetcher.fetch(
            SITES["bandcamp"], link, tmp_path / "got", terms=wanted, longest_seconds=60, onlooker=onlooker
        )

    yield run
    assert not (tmp_path / "site").exists(), "its folder is gone"
    assert not [child for child in psutil.Process().children(recursive=True) if "media.sources" in str(child.cmdline())]


def test_a_track_is_fetched_with_its_title(bandcamp, fetch, tmp_path, onlooker):
    bandcamp.add_track(SONG)
    found = fetch()
    assert (found.bytes, found.filename, found.title, found.uploader) == (
        len(SONG),
        "The Song.mp3",
        "The Song",
        "Somebody",
    )
    assert (tmp_path / "got").read_bytes() == SONG
    assert onlooker.told[-1] == (len(SONG), len(SONG))
    assert set(bandcamp.internet.dialed) == {"somebody.bandcamp.com:443", "t4.bcbits.com:443"}


def test_too_long_and_unknown_lengths_are_not_downloaded(bandcamp, fetch):
    bandcamp.add_track(SONG, duration=61.0)
    with pytest.raises(MediaTooLong):
        fetch()
    bandcamp.add_track(SONG, duration=None)
    with pytest.raises(SourceUnavailable, match="how long"):
        fetch()
    assert {path for path, _ in bandcamp.site.asked} == {"/track/the-song"}


def test_too_large(bandcamp, fetch):
    bandcamp.add_track(SONG)
    with pytest.raises(SourceTooLarge):
        fetch(most_bytes=1000)


def test_audio_on_an_inner_host_is_not_reached(bandcamp, fetch):
    bandcamp.add_track(SONG, host="inside.bcbits.com")
    internet = LoopbackInternet(bandcamp.site.port, {"inside.bcbits.com": "127.0.0.1"})
    with pytest.raises(LinkRefused):
        fetch(internet=internet)


@pytest.mark.parametrize(("path", "said"), [("album/many", "a single track"), ("track/gone", "404")])
def test_what_is_not_one_recording_is_told(bandcamp, fetch, path, said):
    bandcamp.site.pages["/track/gone"] = lambda to: send(to, 404)
    with pytest.raises(SourceUnavailable, match=said) as caught:
        fetch(read_link(f"https://somebody.bandcamp.com/{path}", Reach()))
    assert caught.value.lasting


def test_cookies_are_sent_from_a_copy(bandcamp, fetch, tmp_path):
    bandcamp.add_track(SONG)
    cookies = tmp_path / "cookies.txt"
    jar = "# Netscape HTTP Cookie File\n.bandcamp.com\tTRUE\t/\tTRUE\t4102444800\tlogin\tletmein\n"
    cookies.write_text(jar)
    fetch(tools=SiteTools(cookies_file=cookies))
    assert "login=letmein" in bandcamp.site.asked[0][1]["cookie"]
    assert cookies.read_text() == jar


def test_a_child_is_killed_when_nobody_wants_it(bandcamp, fetch, onlooker):
    asked, over = threading.Event(), threading.Event()

    def stall(_):
        asked.set()
        over.wait(30)

    bandcamp.site.pages["/track/the-song"] = stall
    canceler = threading.Thread(target=lambda: (asked.wait(30), onlooker.stop.set()))
    canceler.start()
    with pytest.raises(Enough):
        fetch()
    over.set()
    canceler.join()


def test_it_does_not_take_for_ever(bandcamp, fetch):
    over = threading.Event()
    bandcamp.site.pages["/track/the-song"] = lambda _: over.wait(30)
    with pytest.raises(SourceUnavailable, match="longer than"):
        fetch(most_seconds=1.0)
    over.set()
