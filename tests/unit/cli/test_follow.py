"""A job is followed to its end also where there is no socket. The server is real, and has no Socket.IO."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any, ClassVar

import pytest

from cli import follow as following
from cli import ports
from cli.errors import Interrupted, ServerUnreachable
from cli.follow import follow
from cli.live_feed import LiveFeed
from cli.server import Server

STATES = (
    {"status": "queued", "version": 1, "progress": 0},
    {"status": "processing", "version": 2, "progress": 0},
    {"status": "processing", "version": 2, "progress": 0},
    {"status": "processing", "version": 5, "progress": 50},
    {"status": "completed", "version": 9, "progress": 100},
)


class HasNoSocket(BaseHTTPRequestHandler):
    """Gives the job's next state with every question; everything else is not there."""

    left: ClassVar[list[dict[str, Any]]] = []
    refusals: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        if self.refusals:
            self.send_error(self.refusals.pop(0))
            return
        is_job = self.path.startswith("/api/v1/jobs/")
        state = (self.left.pop(0) if len(self.left) > 1 else self.left[0]) if is_job else {}
        body = json.dumps(state).encode()
        self.send_response(200 if is_job else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(following, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(following, "_SLICE_SECONDS", 0.01)
    HasNoSocket.left[:], HasNoSocket.refusals[:] = STATES, []
    listening = ThreadingHTTPServer(("127.0.0.1", 0), HasNoSocket)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    with Server(f"http://127.0.0.1:{listening.server_port}") as api:
        yield api
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_every_newer_state_is_told_once_and_the_end_last(server: Server) -> None:
    assert [news["version"] for news in follow(server, "a" * 32)] == [1, 2, 5, 9]


def test_a_person_may_stop_following(server: Server) -> None:
    stop = Event()
    news = follow(server, "a" * 32, stop=stop)
    next(news)
    stop.set()
    with pytest.raises(Interrupted):
        next(news)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_refuses_for_a_moment_is_asked_again(server: Server, status: int) -> None:
    news = follow(server, "a" * 32)
    next(news)
    HasNoSocket.refusals[:] = [status, status]
    assert [each["version"] for each in news] == [2, 5, 9]


def test_an_end_heard_over_the_socket_is_waited_for_while_the_server_starts_anew(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = iter([{"event": "completed", "status": "completed", "version": 9}])
    monkeypatch.setattr(LiveFeed, "next", lambda *_: next(heard, None))
    HasNoSocket.left[:], HasNoSocket.refusals[:] = STATES[-1:], [404, 503, 503]  # 404: there is no socket
    assert list(follow(server, "a" * 32)) == [STATES[-1]]


def test_a_server_that_stays_away_is_not_waited_for_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_POLL_SECONDS", "_SLICE_SECONDS", "_PATIENCE_SECONDS"):
        monkeypatch.setattr(following, name, 0.01)
    with Server(f"http://127.0.0.1:{ports.find_free()}") as api, pytest.raises(ServerUnreachable):
        list(follow(api, "a" * 32))
