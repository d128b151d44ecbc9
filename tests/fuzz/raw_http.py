"""B6: raw HTTP that lies, drips and bursts, on a real socket. Each is refused with 4xx or cut, and none hangs."""

import gzip
import itertools
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.integration.backend.service import wav
from tests.replica_process import ReplicaProcess
from tests.suites.trial import Outcome, Trial

PATIENCE_SECONDS = 30.0
MOST_GROWTH = 96 * 2**20
SONG = wav(0.6)
FORM = b"Content-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
TUS = b"Tus-Resumable: 1.0.0\r\n"
RAW = TUS + b"Content-Type: application/offset+octet-stream\r\n"
UNKNOWN = b"/api/v1/uploads/" + b"0" * 32


@dataclass(frozen=True)
class Attack:
    """Bytes to send, piece by piece; `then_close`: how much of a goodbye the sender says."""

    label: str
    pieces: Iterable[bytes]
    hangs_up: bool = False
    may_pass: bool = False


def head(method: bytes, path: bytes, headers: bytes = b"") -> bytes:
    return method + b" " + path + b" HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"


def post(headers: bytes, body: bytes = b"") -> bytes:
    return head(b"POST", b"/api/v1/stemify", headers) + body


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def form(content: bytes) -> bytes:
    return post(FORM + b"Content-Length: %d\r\n" % len(content), content)


def endless(first: bytes, piece: bytes, times: int = 3_000) -> Iterator[bytes]:
    yield first
    yield from itertools.repeat(piece, times)


def _lengths() -> Iterator[Attack]:
    good = PART + SONG + b"\r\n--b--\r\n"
    for value in (b"-1", b"+5", b"0x10", b"1e9", b"9" * 40, b"18446744073709551617", b"5, 6", b"\xb2", b"1 1", b""):
        yield Attack(f"Content-Length {value!r}", [post(FORM + b"Content-Length: " + value + b"\r\n", good)])
    yield Attack("two lengths", [post(FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n", good)])
    yield Attack("a length and chunks", [post(FORM + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", good)])
    yield Attack("too short a length", [post(FORM + b"Content-Length: 20\r\n", good)])
    yield Attack("too long a length", [post(FORM + b"Content-Length: 900000\r\n", good)], hangs_up=True, may_pass=True)
    yield Attack("a huge length", [post(FORM + b"Content-Length: 99999999999\r\n", good)])
    for code in (b"gzip, chunked", b"chunked, chunked", b"identity", b"chunked\x00", b"xchunked", b" chunked, gzip"):
        yield Attack(f"Transfer-Encoding {code!r}", [post(FORM + b"Transfer-Encoding: " + code + b"\r\n", chunk(good))])
    for size in (b"-5", b"fffffffffffffffff", b"5;" + b"a" * 100_000, b"g", b"0x5", b""):
        first = post(FORM + b"Transfer-Encoding: chunked\r\n")
        yield Attack(f"chunk of {size[:20]!r}", [first, size + b"\r\nhello\r\n0\r\n\r\n"])
    chunked = post(FORM + b"Transfer-Encoding: chunked\r\n")
    yield Attack("endless chunks", endless(chunked + chunk(PART), chunk(b"\0" * 65_536)))
    yield Attack("endless chunks of a byte", endless(chunked, chunk(b"x") * 2_000, 200))
    trailers = chunked + chunk(good) + b"0\r\n"
    yield Attack("endless trailers", endless(trailers, b"X: y\r\n" * 1_000, 400), may_pass=True)


def _heads() -> Iterator[Attack]:
    yield Attack("1 MB of headers", endless(b"GET / HTTP/1.1\r\n", b"X-A: " + b"a" * 1_000 + b"\r\n", 1_100))
    yield Attack("a header of 1 MB", endless(b"GET / HTTP/1.1\r\nX-A: ", b"a" * 10_000, 110))
    yield Attack("a path of 1 MB", endless(b"GET /", b"a" * 10_000, 110))
    yield Attack("a method of 1 MB", endless(b"G", b"G" * 10_000, 110))
    yield Attack("100,000 headers", endless(b"GET / HTTP/1.1\r\n", b"a:\r\n" * 1_000, 100))
    for line in (
        b"GET\r\n\r\n",
        b"\0\0\0\0",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\n",
    ):
        yield Attack(f"a first line of {line[:12]!r}", [line], hangs_up=line == b"\0\0\0\0")
    for name in (b"X\0Y: z", b"X Y: z", b": z", b"X-A: a\0b", b" X: y", b"X-A: a\x01"):
        yield Attack(f"a header {name!r}", [b"GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n" + name + b"\r\n\r\n"])
    for path in (
        b"/api/v1/jobs/%00",
        b"/api/v1/jobs/../../etc/passwd",
        b"/web/%2e%2e/%2e%2e/pyproject.toml",
        b"/%ff%fe",
    ):
        yield Attack(f"a path {path!r}", [head(b"GET", path)])
    yield Attack("CONNECT", [head(b"CONNECT", b"example.org:443")])
    yield Attack("TRACE", [head(b"TRACE", b"/")])
    yield Attack("an absolute path", [head(b"GET", b"http://169.254.169.254/latest")])


def _bodies() -> Iterator[Attack]:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    yield Attack("10,000 parts", [form(part * 10_000 + b"--b--\r\n")])
    yield Attack("a part without an end", [form(PART + SONG)])
    yield Attack("a part with 1 MB of headers", [form(b"--b\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\nx\r\n--b--\r\n")])
    yield Attack("a part with 1,000 headers", [form(b"--b\r\n" + b"X: y\r\n" * 1_000 + b"\r\nx\r\n--b--\r\n")])
    yield Attack("1 MB before the first part", [form(b"x" * 1_000_000 + PART + SONG + b"\r\n--b--\r\n")])
    yield Attack("no boundary", [post(b"Content-Type: multipart/form-data\r\nContent-Length: 3\r\n", b"abc")])
    long = b"Content-Type: multipart/form-data; boundary=" + b"b" * 5_000 + b"\r\nContent-Length: 3\r\n"
    yield Attack("a boundary of 5,000", [post(long, b"abc")])
    bomb = gzip.compress(b"\0" * 50_000_000)
    packed = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(bomb)
    yield Attack("a gzip bomb as a form", [post(FORM + packed, bomb)])
    yield Attack("a gzip bomb as JSON", [post(b"Content-Type: application/json\r\n" + packed, bomb)])
    deep = b"[" * 60_000
    yield Attack("deep JSON", [post(b"Content-Type: application/json\r\nContent-Length: 60000\r\n", deep)])
    yield Attack(
        "JSON of 1 MB", [post(b"Content-Type: application/json\r\nContent-Length: 1000000\r\n", b" " * 1_000_000)]
    )
    hold = FORM + b"Expect: 100-continue\r\nContent-Length: 5000\r\n"
    yield Attack("100-continue and away", [post(hold)], hangs_up=True, may_pass=True)
    yield Attack("100-continue and silence after a part", [post(hold), PART[:20]], hangs_up=True, may_pass=True)
    yield Attack(
        "an unknown upload", [head(b"PATCH", UNKNOWN, RAW + b"Upload-Offset: 0\r\nContent-Length: 1\r\n"), b"x"]
    )
    yield Attack("a huge PUT", [head(b"PUT", UNKNOWN, b"Content-Length: 99999999999\r\n")])
    yield Attack(
        "metadata of 60 kB",
        [head(b"POST", b"/api/v1/uploads", TUS + b"Upload-Length: 5\r\nUpload-Metadata: a " + b"A" * 60_000 + b"\r\n")],
    )
    smuggled = b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
    both = FORM + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(smuggled)
    yield Attack("a request inside of another", [post(both, smuggled)])


def attacks() -> list[Attack]:
    """One of each kind in turn, so that a part of them is a sample."""
    kinds = [list(_lengths()), list(_heads()), list(_bodies())]
    return [attack for row in itertools.zip_longest(*kinds) for attack in row if attack is not None]


def answer_to(port: int, attack: Attack) -> str:
    """The status it was answered with, `cut` when the connection was closed without, `hangs` when neither came."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            for piece in attack.pieces:
                connection.sendall(piece)
                if time.monotonic() > deadline:
                    return "hangs"
            if attack.hangs_up:
                connection.shutdown(socket.SHUT_WR)
        except OSError:  # cut while it was still sending; there may be an answer all the same
            pass
        return _heard(connection, deadline)


def _heard(connection: socket.socket, deadline: float) -> str:
    gathered = b""
    while time.monotonic() < deadline:
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            received = connection.recv(65_536)
        except TimeoutError:
            return "hangs"
        except OSError:
            return _status(gathered) or "cut"
        gathered += received
        status = _status(gathered)
        if status or not received:
            return status or "cut"
    return "hangs"


def _status(gathered: bytes) -> str:
    lines = [line for line in gathered.split(b"\r\n") if line.startswith(b"HTTP/1.1 ") and line[9:12] != b"100"]
    return lines[0][9:12].decode() if lines else ""


def run(repetitions: int) -> Outcome:
    """Every attack once, and again from the first when more are asked for."""
    outcome, seen = Outcome(), dict[str, int]()
    slowest = 0.0
    with ReplicaProcess(STEMIFY_INTAKE__STALL_SECONDS="8") as replica:
        answer_to(replica.port, Attack("a good one", [form(PART + SONG + b"\r\n--b--\r\n")]))
        before, stored = replica.rss, len(replica.blobs)
        for attack in itertools.islice(itertools.cycle(attacks()), repetitions):
            started = time.monotonic()
            answer = answer_to(replica.port, attack)
            slowest = max(slowest, time.monotonic() - started)
            good = answer == "cut" or answer.startswith("4") or (attack.may_pass and answer == "202")
            outcome.expect(good, f"{attack.label}: {answer}")
            seen[answer] = seen.get(answer, 0) + 1
            outcome.done += 1
        outcome.expect(replica.is_alive(), "it does not answer any more")
        outcome.expect(replica.rss - before < MOST_GROWTH, f"grew by {(replica.rss - before) / 2**20:.0f} MiB")
        outcome.expect(not replica.unforeseen, f"unforeseen: {replica.unforeseen[:1]}")
        left = len(replica.blobs) - stored - seen.get("202", 0)
        outcome.expect(left == 0, f"{left} recordings were left in storage")
        outcome.figures = {f"answered {name}": count for name, count in sorted(seen.items())}
        outcome.figures |= {"slowest_seconds": slowest, "grown_mib": (replica.rss - before) / 2**20}
    return outcome


TRIAL = Trial(name="B6", title="raw HTTP that lies, drips and bursts", full=70, reduced=20, run=run)
