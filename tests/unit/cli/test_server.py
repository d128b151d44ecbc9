"""What a server answers becomes a job, or one sentence with the right exit code. The server is real and misbehaves."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from cli import ports
from cli.downloads import download_stems
from cli.errors import CommandError, JobFailed, ServerUnreachable, WrongUse
from cli.server import Server


class AnswersAsTold(BaseHTTPRequestHandler):
    """Answers every request with what the test put here."""

    answer: ClassVar[tuple[int, bytes]] = (200, b"{}")
    asked: ClassVar[list[tuple[str, bytes]]] = []
    more: ClassVar[dict[str, str]] = {}

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((f"{self.command} {self.path}", body))
        status, content = self.answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **self.more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), AnswersAsTold)
    AnswersAsTold.asked.clear()
    AnswersAsTold.more.clear()
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    with Server(f"http://127.0.0.1:{listening.server_port}/") as api:
        yield api
    listening.shutdown()
    thread.join()
    listening.server_close()


def told(status: int, **problem: object) -> None:
    AnswersAsTold.answer = (status, json.dumps(problem).encode())


@pytest.mark.parametrize(
    ("status", "kind", "exit_code"),
    [(400, JobFailed, 1), (404, WrongUse, 2), (422, WrongUse, 2), (429, JobFailed, 1), (503, ServerUnreachable, 3)],
)
def test_a_refusal_is_the_problems_own_sentence(
    server: Server, status: int, kind: type[CommandError], exit_code: int
) -> None:
    told(status, title="No", detail="The recording is not audio.", code="x")
    with pytest.raises(kind, match="The recording is not audio") as caught:
        server.job("a" * 32)
    assert caught.value.exit_code == exit_code


@pytest.mark.parametrize(
    ("status", "header"), [(302, {"Location": "/api/v1/jobs/again"}), (200, {"Content-Encoding": "gzip"})]
)
def test_an_answer_that_leads_nowhere_is_told_in_a_sentence(
    server: Server, status: int, header: dict[str, str]
) -> None:
    AnswersAsTold.answer = (status, b"no gzip")
    AnswersAsTold.more.update(header)
    with pytest.raises(ServerUnreachable, match="is not a Stemify server, or something between is set up wrongly"):
        server.job("a" * 32)


def test_problems_of_fields_are_named(server: Server) -> None:
    told(422, title="No", detail="Some options are not valid.", errors=[{"pointer": "/shifts", "detail": "at most 10"}])
    with pytest.raises(WrongUse, match="shifts: at most 10"):
        server.submit_link("https://example.org/a.mp3", {})


def test_a_link_that_is_not_allowed_is_wrong_use(server: Server) -> None:
    told(400, title="No", detail="Only http and https links.", code="url_not_allowed")
    with pytest.raises(WrongUse, match="Only http and https links"):
        server.submit_link("ftp://example.org/a.mp3", {})


@pytest.mark.parametrize("content", [b"<html>hello</html>", b"[1]"])
def test_another_kind_of_server_is_noticed(server: Server, content: bytes) -> None:
    AnswersAsTold.answer = (500, content)
    with pytest.raises(CommandError, match="500"):
        server.job("a" * 32)


def test_html_with_200_is_no_job(server: Server) -> None:
    AnswersAsTold.answer = (200, b"<html>")
    with pytest.raises(ServerUnreachable, match="not a Stemify server"):
        server.job("a" * 32)


def test_nobody_there_says_what_to_do() -> None:
    address = f"http://127.0.0.1:{ports.find_free()}"
    with Server(address) as api, pytest.raises(ServerUnreachable, match="stemify up"):
        api.jobs(limit=1)


@pytest.mark.parametrize("address", ["foo", "ftp://host", "http://"])
def test_what_is_no_address_is_wrong_use(address: str) -> None:
    with pytest.raises(WrongUse, match="address of a server"):
        Server(address)


def test_a_job_id_cannot_leave_its_place(server: Server) -> None:
    told(200)
    server.cancel("../../x?y")
    assert AnswersAsTold.asked[0][0] == "POST /api/v1/jobs/..%2F..%2Fx%3Fy/cancel"


def test_an_upload_sends_the_file_and_the_options_and_says_how_far_it_is(server: Server, tmp_path: Path) -> None:
    recording = tmp_path / "song.mp3"
    recording.write_bytes(b"x" * 300_000)
    told(202, job_id="1")
    seen: list[int] = []
    assert server.submit_file(recording, {"stems": ["vocals"], "residual": True}, report=seen.append)["job_id"] == "1"
    body = AnswersAsTold.asked[0][1]
    assert b"x" * 300_000 in body
    assert b'filename="song.mp3"' in body
    assert b"\r\n\r\nvocals\r\n" in body
    assert b"\r\n\r\ntrue\r\n" in body
    assert seen == sorted(seen)
    assert seen[-1] == 300_000


def test_a_stem_that_arrives_changed_is_refused_and_leaves_nothing(server: Server, tmp_path: Path) -> None:
    AnswersAsTold.answer = (200, b"RIFF")
    stem = {"name": "drums", "format": "wav", "url": "/x", "sha256": "0" * 64}
    with pytest.raises(JobFailed, match="did not arrive whole"):
        download_stems(server, {"stems": [stem]}, tmp_path / "out", advance=lambda _: None)
    assert list((tmp_path / "out").iterdir()) == []
