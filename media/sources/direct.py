"""Fetches the file behind a direct link into a local one: redirects judged anew, a cut resumed. Knows no job.

RFC 9110: redirects (15.4), ranges and If-Range (13, 14).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpcore

from media.sources.answers import Answer, read_answer
from media.sources.dialing import TURN_SECONDS, Dialer
from media.sources.errors import SourceBlocked, SourceTooLarge, SourceUnavailable
from media.sources.links import Link
from media.sources.streams import VettedNetwork
from media.sources.terms import Onlooker, Pace, Terms
from media.sources.trust import trusting

MOST_REDIRECTS = 3
_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Before each try; a try that brought something begins them anew."""
_CUT = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_REQUEST = (("User-Agent", "Stemify"), ("Accept", "*/*"), ("Accept-Encoding", "identity"))


class _Cut(Exception):
    """There is more to come: the rest of it, or all of it where what is there cannot be continued."""


@dataclass(frozen=True)
class Fetched:
    """What came: its size, and the name that the other side gave it (for display only)."""

    bytes: int
    filename: str


class DirectFetcher:
    """Fetches within a dialer's reach. `ca_file`: further certificates to trust, beside the public ones."""

    def __init__(self, dialer: Dialer, *, ca_file: Path | None = None) -> None:
        self._dialer = dialer
        self._context = trusting(ca_file)

    def fetch(self, link: Link, path: Path, *, terms: Terms, onlooker: Onlooker) -> Fetched:
        """Write what the link leads to into `path`.

        Raises SourceError, LinkRefused when a redirect or the name leads where nothing is fetched from, OSError when
        the file cannot be written, and what `onlooker.check` raises.
        """
        pace = Pace(terms)

        def check() -> None:
            onlooker.check()
            pace.check()

        network = VettedNetwork(self._dialer, check)
        with httpcore.ConnectionPool(self._context, network_backend=network) as pool, path.open("wb") as file:
            fetch = _Fetch(self._dialer, pool, link, file, terms=terms, told=onlooker.reached)
            return fetch.run(pace, check)


class _Fetch:
    """One file on its way, over as many connections as it takes."""

    def __init__(
        self,
        dialer: Dialer,
        pool: httpcore.ConnectionPool,
        link: Link,
        file: BinaryIO,
        *,
        terms: Terms,
        told: Callable[[int, int | None], None],
    ) -> None:
        self._reach = dialer.reach
        self._pool = pool
        self._link = link
        self._file = file
        self._terms = terms
        self._told = told
        self._done = 0
        self._validator: str | None = None

    def run(self, pace: Pace, check: Callable[[], None]) -> Fetched:
        """Try until it is whole. Raises as DirectFetcher.fetch."""
        tries = 0
        while tries < len(_PAUSES):
            _rest(_PAUSES[tries], check)
            before = self._done
            try:
                return self._once(self._link, pace)
            except (*_CUT, _Cut):
                tries = 1 if self._done > before else tries + 1
        raise SourceUnavailable(f"{self._link.host} keeps breaking the connection off.")

    def _once(self, link: Link, pace: Pace) -> Fetched:
        for _ in range(MOST_REDIRECTS + 1):
            stall = self._terms.stall_seconds
            headers = [("Host", link.authority), *_REQUEST, *self._range()]
            url = httpcore.URL(scheme=link.scheme, host=link.host, port=link.port, target=link.target)
            waiting = {"timeout": {"connect": stall, "read": stall, "write": stall, "pool": stall}}
            with self._pool.stream("GET", url, headers=headers, extensions=waiting) as response:
                answer = read_answer(response.status, response.headers, host=link.host)
                if answer.location is None:
                    return self._take(answer, response, link, pace)
            link = link.leads_to(answer.location, self._reach)
        raise SourceBlocked(f"The link redirects more than {MOST_REDIRECTS} times.", lasting=True)

    def _range(self) -> list[tuple[str, str]]:
        if not self._done or self._validator is None:
            return []
        return [("Range", f"bytes={self._done}-"), ("If-Range", self._validator)]

    def _take(self, answer: Answer, response: httpcore.Response, link: Link, pace: Pace) -> Fetched:
        if answer.begins_at != self._done or self._has_changed(answer):
            self._begin_anew(answer)
        total = answer.whole
        if total is not None and total > self._terms.most_bytes:
            raise SourceTooLarge(self._terms.most_bytes)
        self._validator = answer.validator or self._validator
        for piece in response.iter_stream():
            self._done += len(piece)
            if self._done > self._terms.most_bytes:
                raise SourceTooLarge(self._terms.most_bytes)
            self._file.write(piece)
            pace.add(len(piece))
            self._told(self._done, total)
        if total is not None and self._done < total:  # only a part came, and well: the rest is asked for
            raise _Cut
        return Fetched(self._done, answer.filename or link.filename)

    def _has_changed(self, answer: Answer) -> bool:
        """Whether the rest is another file's: not every server heeds If-Range, and not every one repeats the date."""
        return self._done > 0 and answer.validator not in (None, self._validator)

    def _begin_anew(self, answer: Answer) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._done, self._validator = 0, None
        if answer.begins_at != 0:
            raise _Cut


def _rest(seconds: float, check: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        check()
        time.sleep(min(left, TURN_SECONDS))
