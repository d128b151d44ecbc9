"""A direct link is fetched whole, resumed when cut, bounded in every way, and given up within a moment."""

import threading
import time

import pytest

from media.sources.dialing import Dialer
from media.sources.direct import DirectFetcher
from media.sources.errors import (
    LinkRefused,
    SourceBlocked,
    SourceError,
    SourcePrivate,
    SourceTooLarge,
    SourceUnavailable,
)
from media.sources.links import read_link
from media.sources.terms import Terms
from tests.loopback_site import send, send_part
from tests.onlooker import Enough

SONG = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("media.sources.direct._PAUSES", (0.0,) * 5)


@pytest.fixture
def fetch(site, tmp_path, onlooker):
    def run(path="/song.mp3", *, host="127.0.0.1", resolve=None, **terms):
        dialer = Dialer(site.reach, resolve=resolve) if resolve else Dialer(site.reach)
        link = read_link(site.url(path, host), site.reach)
        wanted = Terms(**({"most_bytes": 2 * len(SONG)} | terms))
        return DirectFetcher(dialer).fetch(link, tmp_path / "got", terms=wanted, onlooker=onlooker)

    return run


@pytest.fixture
def got(tmp_path):
    return (tmp_path / "got").read_bytes


def test_whole(site, fetch, got, onlooker):
    site.pages["/song.mp3"] = lambda to: send(to, 200, SONG)
    fetched = fetch("/song.mp3?x=1")
    assert (fetched.bytes, fetched.filename, got()) == (len(SONG), "song.mp3", SONG)
    assert onlooker.told[-1] == (len(SONG), len(SONG))
    path, headers = site.asked[0]
    assert path == "/song.mp3?x=1"
    assert headers["host"] == f"127.0.0.1:{site.port}"
    assert headers["accept-encoding"] == "identity"


def test_the_name_stays_the_name_though_the_address_is_dialed(site, fetch):
    site.pages["/song.mp3"] = lambda to: send(
        to, 200, SONG, Content_Disposition="attachment; filename*=UTF-8''L%C3%B6we"
    )
    assert fetch(host="music.example", resolve=lambda *_: ["127.0.0.1"]).filename == "Löwe"
    assert site.asked[0][1]["host"] == f"music.example:{site.port}"


def cut_after(count, **headers):
    """Answers with the whole length and breaks off after `count` bytes."""

    def answer(to):
        to.send_response(200)
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.send_header("Content-Length", str(len(SONG)))
        to.end_headers()
        to.wfile.write(SONG[:count])
        to.close_connection = True

    return answer


def test_a_cut_is_resumed_where_it_was(site, fetch, got):
    def answer(to):
        told = {name.lower(): value for name, value in to.headers.items()}
        if "range" not in told:
            return cut_after(1000, ETag='"v1"')(to)
        begin = int(told["range"].removeprefix("bytes=").rstrip("-"))
        assert told["if-range"] == '"v1"'
        span = f"bytes {begin}-{len(SONG) - 1}/{len(SONG)}"
        return send(to, 206, SONG[begin:], ETag='"v1"', Content_Range=span)

    site.pages["/song.mp3"] = answer
    assert fetch().bytes == len(SONG)
    assert got() == SONG
    assert len(site.asked) == 2


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"weak"'}, {"ETag": '"v1"'}])
def test_what_changed_or_cannot_be_told_apart_begins_anew(site, fetch, got, headers):
    def answer(to):
        (cut_after(1000, **headers) if len(site.asked) == 1 else lambda t: send(t, 200, SONG[::-1]))(to)

    site.pages["/song.mp3"] = answer
    assert fetch().bytes == len(SONG)
    assert got() == SONG[::-1]


def test_what_keeps_breaking_off_is_given_up(site, fetch):
    site.pages["/song.mp3"] = cut_after(0)
    with pytest.raises(SourceUnavailable, match="keeps breaking"):
        fetch()
    assert len(site.asked) == 5


def redirecting(times, to_path="/song.mp3"):
    def answer(to):
        step = int(to.path.rpartition("/")[2])
        send(to, 302, Location=f"/hop/{step + 1}" if step + 1 < times else to_path)

    return answer


def test_three_redirects_are_followed_and_no_more(site, fetch, got):
    site.pages |= {"/song.mp3": lambda to: send(to, 200, SONG)}
    for hop in range(5):
        site.pages[f"/hop/{hop}"] = redirecting(3)
    fetch("/hop/0")
    assert got() == SONG
    for hop in range(5):
        site.pages[f"/hop/{hop}"] = redirecting(4)
    with pytest.raises(SourceBlocked, match="more than 3"):
        fetch("/hop/0")


@pytest.mark.parametrize("location", ["http://10.0.0.1/x", "http://[::1]/x", "file:///etc/passwd", "http://x:22/"])
def test_a_redirect_into_a_private_network_is_refused(site, fetch, location):
    site.pages["/song.mp3"] = lambda to: send(to, 302, Location=location)
    with pytest.raises(LinkRefused):
        fetch()


def test_a_name_that_leads_inside_is_refused(site, fetch):
    with pytest.raises(LinkRefused):
        fetch(host="inside.example", resolve=lambda *_: ["10.0.0.1", "fe80::1%lo"])
    assert not site.asked


def test_a_name_is_asked_once_for_each_connection(site, fetch):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.pages["/song.mp3"] = lambda to: send(to, 200, SONG)
    fetch(host="rebinding.example", resolve=lambda *_: next(answers))
    assert next(answers) == ["10.0.0.1"]


@pytest.mark.parametrize(
    ("status", "kind", "lasting"),
    [
        (401, SourcePrivate, True),
        (403, SourceBlocked, True),
        (404, SourceUnavailable, True),
        (429, SourceUnavailable, False),
        (503, SourceUnavailable, False),
        (300, SourceUnavailable, False),
    ],
)
def test_refusals_are_told_apart(site, fetch, status, kind, lasting):
    site.pages["/song.mp3"] = lambda to: send(to, status)
    with pytest.raises(kind) as caught:
        fetch()
    assert caught.value.lasting is lasting


def test_a_name_that_is_not_known(fetch):
    def unknown(*_):
        raise OSError

    with pytest.raises(SourceUnavailable, match="could not be looked up"):
        fetch(host="nowhere.example", resolve=unknown)


def test_too_large_by_its_length_or_by_what_comes(site, fetch):
    site.pages["/song.mp3"] = lambda to: send(to, 200, SONG)
    with pytest.raises(SourceTooLarge):
        fetch(most_bytes=1000)

    def endless(to):
        to.send_response(200)
        to.send_header("Connection", "close")
        to.end_headers()
        to.close_connection = True
        to.wfile.write(SONG)

    site.pages["/song.mp3"] = endless
    with pytest.raises(SourceTooLarge):
        fetch(most_bytes=100_000)


def test_compressed_is_refused(site, fetch):
    site.pages["/song.mp3"] = lambda to: send(to, 200, SONG, Content_Encoding="gzip")
    with pytest.raises(SourceUnavailable, match="compressed"):
        fetch()


@pytest.fixture
def stalls(site):
    over = threading.Event()

    def answer(to):
        to.send_response(200)
        to.send_header("Content-Length", str(len(SONG)))
        to.end_headers()
        to.wfile.write(SONG[:1000])
        to.wfile.flush()
        over.wait(30)

    site.pages["/song.mp3"] = answer
    yield
    over.set()


@pytest.mark.usefixtures("stalls")
def test_a_stalled_fetch_is_given_up_by_its_time(fetch):
    with pytest.raises(SourceError, match="longer than"):
        fetch(most_seconds=0.5)


@pytest.mark.usefixtures("stalls")
def test_a_stalled_fetch_stops_when_asked_to(fetch, onlooker):
    threading.Timer(0.3, onlooker.stop.set).start()
    began = time.monotonic()
    with pytest.raises(Enough):
        fetch()
    assert time.monotonic() - began < 10  # not the 20 s of the stall


def test_a_slow_drip_is_given_up(site, fetch):
    def drip(to):
        to.send_response(200)
        to.send_header("Content-Length", str(len(SONG)))
        to.end_headers()
        try:
            while True:
                to.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            return

    site.pages["/song.mp3"] = drip
    with pytest.raises(SourceUnavailable, match="too slowly"):
        fetch(pace_seconds=0.3)


def test_a_part_that_is_shorter_than_what_was_asked_for_is_continued(site, fetch, got, onlooker):
    # RFC 9110, 15.3.7: a server may send less of the range, and Content-Range tells that it did.
    def answer(to):
        told = {name.lower(): value for name, value in to.headers.items()}
        if "range" not in told:
            return cut_after(1000, ETag='"v1"')(to)
        begin = int(told["range"].removeprefix("bytes=").rstrip("-"))
        part = SONG[begin : begin + 400_000]
        span = f"bytes {begin}-{begin + len(part) - 1}/{len(SONG)}"
        return send(to, 206, part, ETag='"v1"', Content_Range=span)

    site.pages["/song.mp3"] = answer
    assert fetch().bytes == len(SONG)
    assert got() == SONG
    assert {total for _, total in onlooker.told} == {len(SONG)}


def test_a_part_nobody_asked_for_is_not_taken_for_the_whole(site, fetch):
    site.pages["/song.mp3"] = lambda to: send(to, 206, SONG[:1000], Content_Range=f"bytes 0-999/{len(SONG)}")
    with pytest.raises(SourceUnavailable, match="keeps breaking"):
        fetch()


def test_a_part_that_begins_absurdly_far_off_is_given_up(site, fetch):
    site.pages["/song.mp3"] = lambda to: send(to, 206, SONG[:1000], Content_Range=f"bytes {'9' * 5000}-9/*")
    with pytest.raises(SourceUnavailable, match="keeps breaking"):
        fetch()


def test_names_in_plain_utf8_are_read(site, fetch, got):
    def away(to):
        raw = "/bj\u00f6rk.mp3".encode().decode("latin-1")
        send(to, 302, Location=raw)

    site.pages["/song.mp3"] = away
    plain = 'attachment; filename="Bj\u00f6rk \u2013 J\u00f3ga.mp3"'.encode().decode("latin-1")
    site.pages["/bj%C3%B6rk.mp3"] = lambda to: send(to, 200, SONG, Content_Disposition=plain)
    assert fetch().filename == "Bj\u00f6rk \u2013 J\u00f3ga.mp3"
    assert got() == SONG


def test_the_rest_of_another_file_is_not_taken(site, fetch, got):
    def answer(to):
        if len(site.asked) == 1:
            return cut_after(1000, ETag='"v1"')(to)
        return send_part(to, SONG[::-1], ETag='"v2"')  # whatever If-Range says

    site.pages["/song.mp3"] = answer
    assert fetch().bytes == len(SONG)
    assert got() == SONG[::-1]
    assert len(site.asked) == 3
