"""L5 and L6: many large uploads at once, and many senders who hardly send."""

import asyncio
import contextlib
import hashlib
import io
import json
import time
import wave
from collections.abc import Iterable

import numpy as np

from tests.load.http_client import Caller, Reply, form, head, read_head
from tests.load.replicas import replicas
from tests.suites.trial import Outcome, Trial

_UPLOAD_BYTES = 50_000_000
_PIECE_BYTES = 1 << 16
_RATE = 44_100
_SLOW_BYTES_PER_SECOND = 10
_CUT_SECONDS = 60.0
_LOOKS_PER_SECOND = 10


def _song(size: int) -> bytes:
    """A recording of about so many bytes, in which a lost or doubled piece would show."""
    samples = np.random.default_rng(5).integers(-8_000, 8_000, size // 2, dtype="<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(_RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def _parallel(repetitions: int) -> Outcome:
    outcome = Outcome()
    size = _UPLOAD_BYTES if repetitions >= UPLOADS.full else _UPLOAD_BYTES // UPLOADS.full
    song = _song(size)
    body, headers = form(song, model="tiny", format="mp3")
    request = head("POST", "/api/v1/stemify", headers)
    with replicas() as serving:
        replies: list[Reply] = []

        async def load() -> None:
            replies.extend(await asyncio.gather(*(_upload(serving.port, request, body) for _ in range(repetitions))))

        serving.run(load())
        serving.judge(outcome, most_megabytes=64)
        taken = [json.loads(reply.body) for reply in replies if reply.status == 202]
        outcome.expect(len(taken) == repetitions, f"answers: {sorted({reply.status for reply in replies})}")
        told = {job["source"]["sha256"] for job in taken}
        outcome.expect(told == {hashlib.sha256(song).hexdigest()}, "a digest told is not that of what was sent")
        kept = {_digest(serving.deployment.storage.read(f"uploads/{job['job_id']}/source")) for job in taken}
        outcome.expect(kept == told, "a file kept is not what was sent")
    outcome.upper("upload s", [reply.seconds for reply in replies])
    outcome.done = repetitions
    return outcome


async def _upload(port: int, request: bytes, body: bytes) -> Reply:
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    for start in range(0, len(body), _PIECE_BYTES):
        writer.write(body[start : start + _PIECE_BYTES])
        await writer.drain()
    status, headers = await read_head(reader)
    answer = await reader.readexactly(int(headers["content-length"]))
    writer.close()
    await writer.wait_closed()
    return Reply(status, headers, answer, time.perf_counter() - began)


def _digest(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _slow(repetitions: int) -> Outcome:
    """Half of them dribble a request's head, half its body, while somebody asks after the service's health."""
    outcome = Outcome()
    with replicas() as serving:
        looks: list[Reply] = []
        lasted: list[float] = []

        async def load() -> None:
            slow = [asyncio.create_task(_dribble(serving.port, number)) for number in range(repetitions)]
            over = asyncio.gather(*slow)
            caller = Caller(serving.port)
            while not over.done():
                looks.append(await caller.get("/health/live"))
                await asyncio.sleep(1 / _LOOKS_PER_SECOND)
            lasted.extend(await over)
            await caller.close()

        serving.run(load())
        serving.judge(outcome, most_megabytes=64)
    outcome.expect({reply.status for reply in looks} == {200}, "a look at its health was not answered 200")
    uncut = sum(seconds >= _CUT_SECONDS for seconds in lasted)
    outcome.expect(uncut == 0, f"{uncut} slow senders were not cut within {_CUT_SECONDS:.0f} s")
    outcome.upper("health s", [reply.seconds for reply in looks], p99=0.2)
    outcome.figures["longest s"] = round(max(lasted), 1)
    outcome.done = repetitions
    return outcome


async def _dribble(port: int, number: int) -> float:
    """Send a few bytes a second until the server has had enough; how long it bore it."""
    body, headers = form(b"x" * 1_000_000, model="tiny")
    request = head("POST", "/api/v1/stemify", headers)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = request + body if number % 2 else request
    begun = len(request) if number % 2 else 0
    began = time.perf_counter()
    writer.write(sent[:begun])
    with contextlib.suppress(OSError):
        for start in range(begun, len(sent), _SLOW_BYTES_PER_SECOND):
            if reader.at_eof() or time.perf_counter() - began >= _CUT_SECONDS:
                break
            writer.write(sent[start : start + _SLOW_BYTES_PER_SECOND])
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_ended(reader), 1.0)
    lasted = time.perf_counter() - began
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return lasted


async def _ended(reader: asyncio.StreamReader) -> None:
    """Until the server closes; what it says before is swallowed."""
    while await reader.read(_PIECE_BYTES):
        pass


UPLOADS = Trial(name="L5", title="uploads of 50 MB in parallel", full=50, reduced=2, run=_parallel)
SLOW = Trial(name="L6", title="senders of 10 bytes a second", full=500, reduced=0, run=_slow)
