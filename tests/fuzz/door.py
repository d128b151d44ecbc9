"""The service as a hostile recording meets it: a real replica over HTTP, and a jail for what comes after its door."""

import contextlib
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import structlog

from contract.redis_client import connect
from media.errors import JailBroken, MediaError
from media.jail import Jail
from media.jailed_audio import DECODING, JailedAudio
from tests.integration.backend.service import Service, settings
from tests.redis_server import RedisServer
from tests.suites.trial import Outcome

LONGEST_ANSWER_SECONDS = 10.0
MOST_MEMORY_BYTES = 512 * 2**20
_LONGEST_RECORDING_SECONDS = 600.0


@dataclass(frozen=True)
class Answer:
    """What the API said to one recording."""

    status: int
    code: str
    text: str
    seconds: float


class Door:
    """One replica of the API with the public profile's limits; nothing of it is left after the with-block."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stemify-fuzz-"))
        self._server = RedisServer(self.folder)

    def __enter__(self) -> Self:
        # A line a request would hide the table; what goes wrong is still told.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        self._server.start()
        limits = {"max_duration_seconds": _LONGEST_RECORDING_SECONDS}
        chosen = settings(self.folder / "blobs", self._server.url, intake={"probe_seconds": 5.0}, limits=limits)
        self._client = connect(chosen.redis)
        self.service = Service(chosen, self._client)
        self.service.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.service.stop()
        structlog.reset_defaults()
        self._client.close()
        self._server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answer(self, content: bytes, filename: str = "song.mp3") -> Answer:
        """Send a recording; what becomes a job is removed again."""
        began = time.monotonic()
        try:
            said = self.service.submit(content, filename=filename)
        except httpx.HTTPError as error:
            return Answer(599, type(error).__name__, str(error), time.monotonic() - began)
        seconds = time.monotonic() - began
        body: dict[str, Any] = said.json()
        if said.status_code == 202:
            self.service.http.delete(f"/api/v1/jobs/{body['job_id']}")
        return Answer(said.status_code, body.get("code", ""), said.text, seconds)


def judge(outcome: Outcome, name: str, answer: Answer) -> None:
    """It was answered in time, and by no error of the service's own."""
    outcome.expect(answer.status < 500, f"{name}: {answer.status} {answer.text[:200]}")
    outcome.expect(answer.seconds <= LONGEST_ANSWER_SECONDS, f"{name}: answered after {answer.seconds:.1f} s")


@contextlib.contextmanager
def readers() -> Iterator[Jail]:
    """A jail as a worker has it."""
    jail = Jail(preload=DECODING)
    jail.start()
    try:
        yield jail
    finally:
        jail.close()


def read_whole(jail: Jail, path: Path, *, max_seconds: float = _LONGEST_RECORDING_SECONDS) -> str:
    """What reading it from end to end came to: "decoded", "refused", or "broken: REASON"."""
    audio = JailedAudio(path, jail)
    try:
        facts = audio.facts()
        for _ in audio.blocks(sample_rate=facts.sample_rate, channels=2, max_seconds=max_seconds):
            pass
    except JailBroken as error:
        return f"broken: {error.reason}"
    except MediaError:
        return "refused"
    return "decoded"
