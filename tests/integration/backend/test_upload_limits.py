"""Uploads that are too large or too slow are refused while they arrive, in little memory."""

import json
import socket
import struct
import time

import psutil

from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service, wav

HEAD = b"POST /api/v1/stemify HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=x\r\n%s\r\n\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
LIMIT = 1_000_000
SECONDS = 10


def connect(service: Service, extra: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS)
    connection.sendall(HEAD % extra)
    return connection


def send_chunk(connection: socket.socket, content: bytes) -> None:
    connection.sendall(b"%x\r\n%s\r\n" % (len(content), content))


def answer_of(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """The answer, read up to its declared end; the connection may stay open behind it."""
    gathered = b""
    while b"\r\n\r\n" not in gathered:
        gathered += connection.recv(65_536)
    head, _, body = gathered.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65_536)
    return int(head.split()[1]), json.loads(body)


def test_too_large_is_said_while_it_is_still_arriving(start: Start) -> None:
    service = start(limits={"max_upload_bytes": LIMIT})
    with connect(service, b"Transfer-Encoding: chunked") as connection:
        send_chunk(connection, PART)
        for _ in range(LIMIT // 50_000):
            send_chunk(connection, b"\0" * 50_000)
        send_chunk(connection, b"\0")  # one byte over; the body goes on, and is never finished
        status, problem = answer_of(connection)
    assert status == 413
    assert problem["code"] == "upload_too_large"
    assert f"{LIMIT:,}" in str(problem["detail"])
    assert service.blobs == []


def test_a_declared_length_is_refused_before_a_byte_is_read(start: Start) -> None:
    service = start(limits={"max_upload_bytes": LIMIT})
    with connect(service, b"Expect: 100-continue\r\nContent-Length: 101000000") as connection:
        status, problem = answer_of(connection)  # no 100 Continue came before it
    assert (status, problem["code"]) == (413, "upload_too_large")


def test_a_sender_that_never_looks_up_still_gets_its_answer(start: Start) -> None:
    service = start(limits={"max_upload_bytes": LIMIT})
    answer = service.submit(b"\0" * (10 * LIMIT))
    assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
    assert service.http.get("/health/live").status_code == 200


def test_exactly_the_limit_is_taken(start: Start) -> None:
    content = wav(2.0)
    assert start(limits={"max_upload_bytes": len(content)}).submit(content).status_code == 202


def test_a_silent_upload_is_given_up(start: Start) -> None:
    service = start(intake={"stall_seconds": 0.5})
    with connect(service, b"Content-Length: 1000") as connection:
        connection.sendall(PART)
        status, problem = answer_of(connection)
    assert (status, problem["code"]) == (408, "upload_too_slow")
    assert service.blobs == []


def test_a_drip_is_given_up(start: Start) -> None:
    service = start(intake={"stall_seconds": 0.5, "min_bytes_per_second": 10_000})
    with connect(service, b"Transfer-Encoding: chunked") as connection:
        send_chunk(connection, PART)
        connection.settimeout(0.05)
        deadline = time.monotonic() + SECONDS
        status = 0
        while not status:
            assert time.monotonic() < deadline
            try:
                send_chunk(connection, b"\0")
                status, problem = answer_of(connection)
            except TimeoutError:
                continue
    assert (status, problem["code"]) == (408, "upload_too_slow")


def test_memory_does_not_grow_with_the_upload(start: Start) -> None:
    """60 MB go through; a server that gathered them would grow by as much."""
    service = start()
    with connect(service, b"Transfer-Encoding: chunked") as connection:
        send_chunk(connection, PART + wav_header(60_000_000))
        block = b"\0" * 1_000_000
        before = psutil.Process().memory_info().rss
        highest = before
        for _ in range(60):
            send_chunk(connection, block)
            highest = max(highest, psutil.Process().memory_info().rss)
        send_chunk(connection, b"\r\n--x\r\nContent-Disposition: form-data; name=model\r\n\r\ndemo\r\n--x--\r\n")
        connection.sendall(b"0\r\n\r\n")
        status, job = answer_of(connection)
    assert status == 202
    assert job["source"]["bytes"] == 60_000_044
    assert highest - before < 20_000_000


def wav_header(length: int) -> bytes:
    """The head of a 16-bit stereo WAV file with so many bytes of samples."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 44_100, 176_400, 4, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + length, b"WAVE") + form + struct.pack("<4sI", b"data", length)
