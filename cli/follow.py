"""Follows a job to its end: over the socket, and by asking over HTTP whenever the socket is silent or missing."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

from cli.errors import CommandError, Interrupted, RefusedForNow, ServerUnreachable
from cli.live_feed import LiveFeed
from cli.server import JobView, Server

TERMINAL = frozenset({"completed", "failed", "canceled"})

_SILENCE_SECONDS = 5.0
_POLL_SECONDS = 1.0
_PATIENCE_SECONDS = 60.0
_SLICE_SECONDS = 0.5


def follow(server: Server, job_id: str, *, key: str | None = None, stop: Event | None = None) -> Iterator[JobView]:
    """Every newer state of the job as it comes: `status`, `stage`, `progress`, `message`, `version` at least.

    The last one is the whole ended job. A server that is away is waited for one minute. `stop` ends it early.
    Raises ServerUnreachable, RefusedForNow, Interrupted.
    """
    seen = -1
    with LiveFeed(server.url, job_id, key=key) as feed:
        patience = _Patience()
        while True:
            news = _next(feed, server, job_id, stop=stop or Event(), patience=patience)
            if news is None or news.get("version", seen) <= seen:
                continue
            seen = news["version"]
            yield news
            if is_ending(news):
                return


def is_ending(news: dict[str, Any]) -> bool:
    """Whether this event or snapshot is a job's last."""
    return news.get("event") in ("completed", "error", "canceled") or news.get("status") in TERMINAL


class _Patience:
    """How long a server may be away."""

    def __init__(self) -> None:
        self._away_since: float | None = None

    def is_back(self) -> None:
        self._away_since = None

    def is_away(self, failure: CommandError) -> None:
        self._away_since = self._away_since or time.monotonic()
        if time.monotonic() - self._away_since > _PATIENCE_SECONDS:
            raise failure


def _next(feed: LiveFeed, server: Server, job_id: str, *, stop: Event, patience: _Patience) -> dict[str, Any] | None:
    """What the socket tells, or the whole job: after a silence, and at its end."""
    wait_until = time.monotonic() + (_SILENCE_SECONDS if feed.is_live else _POLL_SECONDS)
    while time.monotonic() < wait_until:
        if stop.is_set():
            raise Interrupted("Stopped.")
        news = feed.next(_SLICE_SECONDS)
        if news is not None and "version" in news:
            if is_ending(news):
                break
            return news
    try:
        found = server.job(job_id)
    except (ServerUnreachable, RefusedForNow) as away:
        patience.is_away(away)
        return None
    patience.is_back()
    return found
