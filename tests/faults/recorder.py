"""Hears every event of every job as a client would, from the beginning. Knows no store."""

import threading
from collections import defaultdict
from types import TracebackType
from typing import Self

import redis

from contract import keys
from contract.records.announcements import Announcement, parse

_POLL_SECONDS = 0.2


class Recorder:
    """Listens inside the with-block. `is_whole`: nothing can have been missed, since its own link never broke."""

    def __init__(self, url: str) -> None:
        self.is_whole = True
        self._url = url
        self._heard: defaultdict[str, list[Announcement]] = defaultdict(list)
        self._over = threading.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def of(self, job_id: str) -> list[Announcement]:
        """What was heard of a job, in order."""
        return list(self._heard[job_id])

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(10), "nobody listens"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._listen()
            except (redis.ConnectionError, redis.TimeoutError):
                self.is_whole = False
                self._over.wait(_POLL_SECONDS)

    def _listen(self) -> None:
        with redis.Redis.from_url(self._url) as client, client.pubsub() as ears:
            ears.psubscribe(keys.CHANNEL_PATTERN)
            while not self._over.is_set():
                message = ears.get_message(timeout=_POLL_SECONDS)
                if message is None:
                    continue
                if message["type"] == "psubscribe":
                    self._listening.set()
                elif message["type"] == "pmessage":
                    told = parse(message["data"])
                    self._heard[told.job_id].append(told)
