"""F11: senders who break off or fall silent at a random byte. A form leaves nothing, a resumable upload can go on."""

import contextlib
import hashlib
import random
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

from contract import keys
from tests.faults import upload_sweep
from tests.integration.backend.service import wav
from tests.replica_process import ReplicaProcess
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

_SONG = wav(6.0)
_RAW = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
_STALL_SECONDS = 2.0
"""The setting is 30 s otherwise: a silence of a minute and one of a few seconds are the same to the service."""
_TIDYING_SECONDS = 15.0
_AT_ONCE = 20
_CLOSES_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: the connection ends with a reset and not with a farewell."""


@dataclass
class _Sender:
    """One request that never comes whole. `upload`: what a resumable one was answered when it was announced."""

    number: int
    song: bytes
    connection: socket.socket
    upload: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    @property
    def stalls(self) -> bool:
        return self.number % 4 >= 2

    @property
    def is_resumable(self) -> bool:
        return self.number % 2 == 1


def run(repetitions: int) -> Outcome:
    """Half are forms, half of each break off and half fall silent; every third resumable one is then abandoned."""
    outcome, chance = Outcome(), random.Random(11)
    with ReplicaProcess(STEMIFY_INTAKE__STALL_SECONDS=str(_STALL_SECONDS)) as replica:
        process = psutil.Process(replica.process.pid)
        descriptors: list[int] = []
        while outcome.done < repetitions:
            numbers = range(outcome.done, min(outcome.done + _AT_ONCE, repetitions))
            senders = [_begun(replica, number, chance) for number in numbers]
            for sender in senders:
                _leave(sender, chance, outcome)
            for sender in senders:
                if sender.is_resumable:
                    _judge_kept(replica, sender, outcome)
            outcome.done += len(senders)
            descriptors.append(_at_rest(replica, process, outcome))
        upload_sweep.sweep(replica)
        left = _once_empty(lambda: upload_sweep.strangers(replica))
        outcome.expect(not left, f"left of forms and of abandoned uploads: {left}")
        outcome.expect(replica.store.depth() == 0, "half a recording became a job")
        outcome.failed += replica.unforeseen
    outcome.figures |= {"descriptors first": descriptors[0], "descriptors last": descriptors[-1]}
    grown = descriptors[-1] - descriptors[0]
    outcome.expect(grown < _AT_ONCE // 2, f"descriptors grew by {grown} over {repetitions} uploads")
    return outcome


def _begun(replica: ReplicaProcess, number: int, chance: random.Random) -> _Sender:
    """A request of which all bytes came that will ever come."""
    song = _SONG + number.to_bytes(2)
    sender = _Sender(number, song, socket.create_connection(("127.0.0.1", replica.port), timeout=60))
    if sender.is_resumable:
        sender.upload = replica.http.post("/api/v1/uploads", json={"bytes": len(song)}).json()
        told = _RAW | {"Upload-Offset": "0"}
        request = replica.http.build_request("PATCH", sender.upload["url"], content=song, headers=told)
    else:
        file = {"file": ("song.wav", song)}
        request = replica.http.build_request("POST", "/api/v1/stemify", files=file, data={"model": "demo"})
    body = request.read()
    sender.sent = chance.randrange(1, len(body))
    lines = [f"{request.method} {request.url.path} HTTP/1.1", *(f"{k}: {v}" for k, v in request.headers.items())]
    sender.connection.sendall("\r\n".join([*lines, "", ""]).encode() + body[: sender.sent])
    return sender


def _leave(sender: _Sender, chance: random.Random, outcome: Outcome) -> None:
    """Hang up, politely or not; or stay silent until the service has had enough and says so."""
    with sender.connection as connection:
        if sender.stalls:
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(65_536):
                    answer += piece
            said = answer.startswith(b"HTTP/1.1 408") and b"upload_too_slow" in answer
            outcome.expect(said, f"upload {sender.number} fell silent and was answered {answer[:200]!r}")
        elif chance.random() < 0.5:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSES_AT_ONCE)


def _judge_kept(replica: ReplicaProcess, sender: _Sender, outcome: Outcome) -> None:
    """What is there is the beginning of what was sent, all of it after a silence; the rest can follow."""
    url, upload_id = sender.upload["url"], sender.upload["upload_id"]
    wait_for(lambda: not replica.redis.exists(keys.upload_writer(upload_id)), seconds=30)
    offset = int(replica.http.head(url).headers["Upload-Offset"])
    least = sender.sent if sender.stalls else 0
    what = f"upload {sender.number}"
    outcome.expect(least <= offset <= sender.sent, f"{what}: {offset} bytes are there of {sender.sent} that were sent")
    if sender.number % 3 == 2:
        upload_sweep.abandon(replica, upload_id)
        return
    told = _RAW | {"Upload-Offset": str(offset)}
    rest = replica.http.patch(url, content=sender.song[offset:], headers=told)
    outcome.expect(rest.status_code == httpx.codes.NO_CONTENT, f"{what} went on and was answered {rest.text[:200]}")
    job = replica.http.post("/api/v1/stemify", json={"upload_id": upload_id, "model": "demo"})
    if outcome.expect(job.status_code == httpx.codes.ACCEPTED, f"{what}: its job was answered {job.text[:200]}"):
        same = job.json()["source"]["sha256"] == hashlib.sha256(sender.song).hexdigest()
        outcome.expect(same, f"{what}: what was stored from {offset} on is not what was sent")
        replica.http.delete(f"/api/v1/jobs/{upload_id}").raise_for_status()


def _at_rest(replica: ReplicaProcess, process: psutil.Process, outcome: Outcome) -> int:
    """Descriptors of the API once nobody is connected; no upload's file may be among them."""
    replica.http.close()
    replica.http = httpx.Client(base_url=replica.url, timeout=60)

    blobs = str(replica.folder / "blobs")

    def busy() -> list[object]:
        callers = [each for each in process.net_connections("tcp") if each.status != psutil.CONN_LISTEN]
        return [*callers, *(each.path for each in process.open_files() if each.path.startswith(blobs))]

    left = _once_empty(busy)
    outcome.expect(not left, f"connections or files are left open: {left}")
    return process.num_fds()


def _once_empty(look: Callable[[], list[Any]]) -> list[Any]:
    """Nothing, or what is still there after a while: who was hung up on tidies up a moment later."""
    with contextlib.suppress(AssertionError):
        wait_for(lambda: not look(), seconds=_TIDYING_SECONDS)
    return look()


ABORTED_UPLOAD = Trial(name="F11", title="uploads broken off, or silent for 2 s of 30", full=200, reduced=0, run=run)
