"""B8: Socket.IO clients that mean harm: others' jobs, floods, broken frames. Refused, and the replica stays well."""

import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.builders import a_job
from tests.replica_process import ReplicaProcess
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

SECONDS = 5.0
ROOMS = 50
SOCKETS = 20
MOST_GROWTH = 64 * 2**20
_SPACE = "/progress"

_FRAMES: list[str | bytes] = [
    *(
        "",
        "4",
        "42",
        "42[",
        "42/progress",
        "42/progress,",
        '42/progress,["subscribe"',
        '42/progress,{"a":1}',
        "99",
        "-1",
    ),
    *(
        '42/progress,99999999999999999999["subscribe",{}]',
        '42/other,["x"]',
        '40/other,{"token":"x"}',
        "41",
        "41/progress,",
    ),
    *('43/progress,7["x"]', '45-1/progress,["x",{"_placeholder":true,"num":0}]', '45-999999["x"]', "46-5[]", "44{}"),
    *(
        "\0\0",
        "4" * 5_000,
        "42/progress," + "[" * 8_000,
        '42/progress,["' + "a" * 9_000 + '"]',
        "\u202e",
        "5",
        "6",
        "7",
        "2x",
    ),
    *(b"", b"\x00" * 100, b"\xff\xfe\x04", b"bAAAA", b"4" * 1_000),
    *('42/progress,["connect",{}]', '42/progress,["disconnect"]', '42/progress,["__init__",{}]', "42/progress,[1,2]"),
    *('42/progress,["on_connect","x",{}]', '42/progress,["_leave","a","b"]', "42/progress,[null]", "42/progress,[[]]"),
]
_WISHES: list[Any] = [
    *(None, 1, "x", [], {}, {"job_id": None}, {"job_id": 7}, {"job_id": []}, {"job_id": {}}, {"job_id": "x"}, True),
    *(
        {"job_id": "0" * 32},
        {"job_id": "../" * 10},
        {"job_id": "a" * 9_000},
        {"job_id": "\u0000"},
        {"job_id": "0" * 31 + "\n"},
    ),
]


class Attacker:
    """Knows the replica, a job of somebody else's, and one of everybody's."""

    def __init__(self, replica: ReplicaProcess) -> None:
        self.replica = replica
        self.chance = random.Random(8)
        self.foreign = replica.store.accept(a_job(tenant="somebody")).job_id
        self.common = replica.store.accept(a_job()).job_id

    def frame(self) -> str:
        """One broken frame; the replica may end the connection."""
        with self.connected() as socket:
            return _told(socket, self.chance.choice(_FRAMES))

    def wish(self) -> str:
        """A subscription to nothing, or to somebody else's job."""
        wish = self.chance.choice([*_WISHES, {"job_id": self.foreign}])
        with self.connected() as socket:
            answer = _asked(socket, self.chance.choice(["subscribe", "unsubscribe"]), wish)
        is_harmless = answer.get("error") or answer == wish  # leaving where one never was is no mistake
        return "" if is_harmless else f"{wish!r} was answered with {answer!r}"

    def spy(self) -> str:
        """What happens to somebody else's job must not be heard."""
        job = self.replica.store.accept(a_job(tenant="somebody"))
        with self.connected() as socket:
            refused = _asked(socket, "subscribe", {"job_id": job.job_id})
            self.replica.store.cancel(job.job_id)
            assert _asked(socket, "subscribe", {"job_id": self.common})
            heard = _drained(socket, 0.05)
        leaked = [text for text in heard if job.job_id in text]
        return "" if refused["error"] and not leaked else f"somebody else's job was told: {refused} {leaked}"

    def flood(self) -> str:
        """2 MB in one packet, over either transport."""
        packet = '42/progress,["subscribe",{"job_id":"' + "a" * 2_000_000 + '"}]'
        if self.chance.random() < 0.5:
            with self.connected() as socket:
                return _told(socket, packet)
        opened = httpx.get(f"{self.replica.url}/socket.io/?EIO=4&transport=polling").text
        sid = json.loads(opened[1:])["sid"]
        try:
            answer = httpx.post(f"{self.replica.url}/socket.io/?EIO=4&transport=polling&sid={sid}", content=packet)
        except httpx.TransportError:
            return ""
        return "" if answer.is_client_error else f"2 MB were answered {answer.status_code}"

    def poll(self) -> str:
        """Requests of the polling transport that fit no session."""
        query = self.chance.choice(
            ["", "EIO=3", "EIO=4&sid=x", "EIO=x&transport=polling", "EIO=4&transport=carrier-pigeon"]
        )
        query = self.chance.choice(
            [query, "EIO=4&transport=polling&sid=" + "x" * 3_000, "EIO=4&transport=polling&sid=%00"]
        )
        method = self.chance.choice(["GET", "POST", "PUT", "DELETE"])
        answer = httpx.request(method, f"{self.replica.url}/socket.io/?{query}", content=b"\xff\x00")
        return "" if answer.is_client_error else f"{method} ?{query[:60]} was answered {answer.status_code}"

    def crowd(self) -> str:
        """More rooms than one socket may have."""
        jobs = [self.replica.store.accept(a_job()).job_id for _ in range(ROOMS + 5)]
        with self.connected() as socket:
            refused = [bool(_asked(socket, "subscribe", {"job_id": job_id})["error"]) for job_id in jobs]
        for job_id in jobs:
            self.replica.store.delete(job_id)
        return "" if refused == [False] * ROOMS + [True] * 5 else f"{refused.count(False)} rooms were given"

    def throng(self) -> str:
        """More sockets than one address may have."""
        with ExitStack() as opened:
            for _ in range(SOCKETS):
                opened.enter_context(self.connected())
            one_more = self._let_in(opened)
        self.settle()
        return "" if one_more is None else f"socket {SOCKETS + 1} was let in"

    def settle(self) -> None:
        """Wait until the replica has noticed that everybody left."""
        wait_for(lambda: "stemify_sockets 0.0" in self.replica.http.get("/metrics").text, seconds=60)

    def _address(self) -> str:
        return f"ws://127.0.0.1:{self.replica.port}/socket.io/?EIO=4&transport=websocket"

    @contextmanager
    def connected(self) -> Iterator[ClientConnection]:
        """A socket that was let in."""
        with ExitStack() as opened:
            deadline = time.monotonic() + 30
            while (socket := self._let_in(opened)) is None:
                opened.close()  # those of the attacks before are still being counted
                assert time.monotonic() < deadline, "no socket is let in any more"
                time.sleep(0.05)
            yield socket

    def _let_in(self, opened: ExitStack) -> ClientConnection | None:
        socket = opened.enter_context(connect(self._address(), open_timeout=SECONDS, max_size=None))
        socket.recv(timeout=SECONDS)
        socket.send(f"40{_SPACE},")
        return socket if str(socket.recv(timeout=SECONDS)).startswith(f"40{_SPACE}") else None


def _told(socket: ClientConnection, frame: str | bytes) -> str:
    """Nothing may come of it but silence, an error, or the end of the connection."""
    try:
        socket.send(frame)
        answer = _asked(socket, "subscribe", {"job_id": "x"}, seconds=1.0)
    except (WebSocketException, OSError):  # it was shown out, or is not listened to any more
        return ""
    return "" if answer.get("error") else f"after {frame[:60]!r}: {answer!r}"


def _asked(socket: ClientConnection, event: str, wish: Any, *, seconds: float = SECONDS) -> dict[str, Any]:
    """The acknowledgement of one event."""
    socket.send(f"42{_SPACE},5{json.dumps([event, wish])}")
    deadline = time.monotonic() + seconds
    while True:
        text = str(socket.recv(timeout=max(0.01, deadline - time.monotonic())))
        if text.startswith(f"43{_SPACE},5"):
            found: dict[str, Any] = json.loads(text.removeprefix(f"43{_SPACE},5"))[0]
            return found


def _drained(socket: ClientConnection, seconds: float) -> list[str]:
    heard = []
    try:
        while True:
            heard.append(str(socket.recv(timeout=seconds)))
    except TimeoutError:
        return heard


def _turns(attacker: Attacker) -> Iterator[Callable[[], str]]:
    """The dear ones seldom."""
    cheap = [attacker.frame, attacker.wish, attacker.poll, attacker.frame, attacker.spy]
    for number in itertools.count(1):
        if number % 100 == 7:
            yield attacker.crowd
        elif number % 100 == 13:
            yield attacker.throng
        elif number % 50 == 5:
            yield attacker.flood
        else:
            yield cheap[number % len(cheap)]


def run(repetitions: int) -> Outcome:
    """One attack after the other, and at the end an ordinary visitor."""
    outcome = Outcome()
    with ReplicaProcess() as replica:
        attacker = Attacker(replica)
        attacker.crowd()
        before = replica.rss
        for attack in itertools.islice(_turns(attacker), repetitions):
            try:
                wrong = attack()
            except TimeoutError:
                wrong = "no answer"
            outcome.expect(not wrong, f"{attack.__name__}: {wrong}")
            outcome.done += 1
        attacker.settle()
        outcome.expect(replica.rss - before < MOST_GROWTH, f"grew by {(replica.rss - before) / 2**20:.0f} MiB")
        outcome.expect("Traceback" not in replica.process.log, f"it broke:\n{replica.process.log[-3_000:]}")
        outcome.expect(_is_well(attacker), "an ordinary visitor is not told of a job any more")
        outcome.figures = {"grown_mib": (replica.rss - before) / 2**20}
    return outcome


def _is_well(attacker: Attacker) -> bool:
    with attacker.connected() as socket:
        snapshot = _asked(socket, "subscribe", {"job_id": attacker.common})
        attacker.replica.store.cancel(attacker.common)
        heard = _drained(socket, 2.0)
    return snapshot.get("status") == "queued" and any('"canceled"' in text for text in heard)


TRIAL = Trial(name="B8", title="Socket.IO clients that mean harm", full=1_000, reduced=30, run=run)
