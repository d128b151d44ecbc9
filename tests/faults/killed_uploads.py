"""F10: the API is killed in the middle of an upload. It goes on where its bytes end; abandoned ones leave nothing."""

import hashlib
import random
import socket

import httpx

from tests.faults import upload_sweep
from tests.integration.backend.service import wav
from tests.replica_process import ReplicaProcess
from tests.service_process import wait_for
from tests.suites.trial import Outcome, Trial

_SONG = wav(20.0)
_RAW = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
_LOCKED = 423
_WRITTEN_AT_ONCE = 400_000
"""Of so many bytes some are written before the request ends."""


def run(repetitions: int) -> Outcome:
    """Each upload is cut once, at a byte chosen by chance; every third is then abandoned."""
    outcome, chance = Outcome(), random.Random(10)
    lost = 0
    with ReplicaProcess() as replica:
        for number in range(repetitions):
            song = _SONG + bytes([number])
            begun = replica.http.post("/api/v1/uploads", json={"bytes": len(song)}).json()
            sent = chance.randrange(1, len(song))
            _send_then_kill(replica, begun["url"], song[:sent], len(song))
            offset = int(replica.http.head(begun["url"]).headers["Upload-Offset"])
            lost += sent - offset
            outcome.expect(0 <= offset <= sent, f"upload {number}: {offset} bytes are there of {sent} that were sent")
            if number % 3 == 2:
                upload_sweep.abandon(replica, begun["upload_id"])
            else:
                _go_on(replica, begun, song, offset, outcome)
            outcome.done += 1
        upload_sweep.sweep(replica)
        left = upload_sweep.strangers(replica)
        outcome.expect(not left, f"left of abandoned uploads: {left}")
        outcome.figures = {"lost_kb_each": lost / 1000 / max(1, outcome.done)}
    return outcome


def _send_then_kill(replica: ReplicaProcess, url: str, part: bytes, whole: int) -> None:
    head = f"PATCH {url} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {whole}\r\n"
    with socket.create_connection(("127.0.0.1", replica.port)) as connection:
        connection.sendall(f"{head}Content-Type: {_RAW['Content-Type']}\r\n\r\n".encode() + part)
        if len(part) % 2 and len(part) > _WRITTEN_AT_ONCE:
            wait_for(lambda: int(replica.http.head(url).headers["Upload-Offset"]), seconds=10)
        replica.process.kill()
    replica.start()


def _go_on(replica: ReplicaProcess, begun: dict[str, str], song: bytes, offset: int, outcome: Outcome) -> None:
    def send_rest() -> httpx.Response | None:
        told = _RAW | {"Upload-Offset": str(offset)}
        answer = replica.http.patch(begun["url"], content=song[offset:], headers=told)
        return None if answer.status_code == _LOCKED else answer  # the dead replica's lease has yet to lapse

    answer = wait_for(send_rest, seconds=30)
    assert isinstance(answer, httpx.Response)
    outcome.expect(answer.status_code == 204, f"going on from {offset} was answered {answer.status_code} {answer.text}")
    job = replica.http.post("/api/v1/stemify", json={"upload_id": begun["upload_id"], "model": "demo"})
    if outcome.expect(job.status_code == 202, f"its job was answered {job.status_code} {job.text[:200]}"):
        same = job.json()["source"]["sha256"] == hashlib.sha256(song).hexdigest()
        outcome.expect(same, f"what was stored from {offset} on is not what was sent")


KILLED_UPLOAD = Trial(name="F10", title="the API is killed in the middle of an upload", full=20, reduced=2, run=run)
