"""A site that lies, floods or leads inside ends as one error of ours, and has sent no more than was allowed."""

import pytest

from media.sources.errors import LinkRefused, SourceTooLarge, SourceUnavailable
from tests.loopback_site import send
from tests.soundcloud_pages import AUDIO, HLS, RESOLVE, TRACK, add_track

SONG = bytes(range(256)) * 1000
MIB = 2**20
IN_FLIGHT = 16 * MIB
"""What the lines between may hold."""


class Flood:
    """An answer that never ends; `sent`: bytes of it that somebody took."""

    def __init__(self, first=b""):
        self.first = first
        self.sent = 0

    def __call__(self, to):
        to.send_response(200)
        to.send_header("Connection", "close")
        to.end_headers()
        to.close_connection = True
        to.wfile.write(self.first)
        while True:
            self.sent += to.wfile.write(b"x" * 65_536)


def promising(length, body):
    """Says another length than comes."""

    def answer(to):
        to.send_response(200)
        to.send_header("Content-Length", str(length))
        to.end_headers()
        to.wfile.write(body)
        to.close_connection = True

    return answer


@pytest.mark.parametrize(
    "place", ["https://169.254.169.254/x", "http://169.254.169.254/latest/meta-data/"], ids=["https", "http"]
)
def test_audio_that_redirects_inside_is_not_followed(web, fetch, place):
    add_track(web, SONG)
    web.pages[AUDIO] = lambda to: send(to, 302, Location=place)
    with pytest.raises(LinkRefused):
        fetch(TRACK)


def test_audio_without_an_end_is_cut_off(web, fetch, tmp_path):
    add_track(web, SONG)
    web.pages[AUDIO] = flood = Flood()
    with pytest.raises(SourceTooLarge):
        fetch(TRACK)
    assert flood.sent < IN_FLIGHT
    assert not (tmp_path / "got").exists()


def test_an_answer_of_the_api_without_an_end_is_cut_off(web, fetch, monkeypatch):
    monkeypatch.setattr("media.sources.sites.fetcher._PAGES_BYTES", 4 * MIB)
    add_track(web, SONG)
    web.pages[RESOLVE] = flood = Flood(b'{"id": "')
    with pytest.raises(SourceUnavailable, match="far more") as caught:
        fetch(TRACK)
    assert caught.value.lasting
    assert flood.sent < 4 * MIB + IN_FLIGHT


def test_audio_that_breaks_off_is_no_recording_and_may_be_tried_again(web, fetch, tmp_path):
    add_track(web, SONG)
    web.pages[AUDIO] = promising(2 * len(SONG), SONG)
    with pytest.raises(SourceUnavailable) as caught:
        fetch(TRACK)
    assert not caught.value.lasting
    assert not (tmp_path / "got").exists()


def test_a_promise_of_too_much_is_not_waited_for(web, fetch):
    add_track(web, SONG)
    web.pages[AUDIO] = promising(10**15, SONG)
    with pytest.raises(SourceTooLarge):
        fetch(TRACK)


@pytest.mark.parametrize(
    "body",
    [b"[" * 10**6, b"9" * 10**6, b"null", b"", b'{"id": {}, "media": [7]}'],
    ids=["deep", "number", "null", "empty", "odd"],
)
def test_nonsense_is_told_as_such(web, read, body):
    add_track(web, SONG)
    web.pages[RESOLVE] = lambda to: send(to, 200, body)
    problem = read(TRACK)
    assert problem.kind in ("unavailable", "gone")
    assert not any(word in problem.detail for word in ("Error", "object", "Traceback"))


@pytest.mark.parametrize("segment", ["file:///etc/passwd", "https://127.0.0.1/x", "ftp://cf-media.sndcdn.com/x"])
def test_a_list_of_segments_leads_nowhere_else(web, read, segment):
    add_track(web, SONG, codings=(HLS,))
    playlist = f"#EXTM3U\n#EXTINF:1,\n{segment}\n#EXT-X-ENDLIST".encode()
    web.pages["/the-song.m3u8"] = lambda to: send(to, 200, playlist)
    assert read(TRACK, download=True).kind == "unavailable"
