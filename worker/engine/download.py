"""Fetches one file over HTTP: resumed where it was cut, bounded, tried again. Knows nothing of what is in it."""

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from worker.engine.digest import LARGEST_FILE_BYTES
from worker.engine.errors import ModelUnavailable

Advance = Callable[[int, int | None], None]
"""Told (bytes there, bytes in all or None)."""

_PIECE_BYTES = 256 * 1024
_TIMEOUT_SECONDS = 30.0
_FORGIVEN_AFTER_BYTES = 1024**2  # a try that brought this much does not count as failed
_PASSING = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, kw_only=True)
class Download:
    """One file to fetch from `url` into `part`, which may hold the beginning from an earlier try.

    `limit`: the most bytes it may have. `attempts`: how often in a row it may fail before giving up.
    `pause`: how to wait between two of them (seconds).
    """

    url: str
    part: Path
    limit: int = LARGEST_FILE_BYTES
    attempts: int = 5
    pause: Callable[[float], None] = time.sleep

    def run(self, advance: Advance) -> None:
        """Fetch it to its end. Raises ModelUnavailable; OSError when the disk is full. What came stays in `part`."""
        failures = 0
        while True:
            before = self._there()
            try:
                self._continue(advance)
            except _Cut as cut:
                failures = 0 if self._there() - before >= _FORGIVEN_AFTER_BYTES else failures + 1
                if failures >= self.attempts:
                    raise ModelUnavailable(f"{self.url} cannot be fetched: {cut}.") from cut
                self.pause(min(30.0, 0.5 * 2**failures))
            else:
                return

    def _there(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _continue(self, advance: Advance) -> None:
        offset = self._there()
        try:
            with self._open(offset) as response:
                self._receive(response, offset if response.status == http.HTTPStatus.PARTIAL_CONTENT else 0, advance)
        except urllib.error.HTTPError as error:
            _refused(error, self.url, offset)
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as error:
            raise _Cut(str(getattr(error, "reason", error)) or type(error).__name__) from error

    def _open(self, offset: int) -> http.client.HTTPResponse:
        headers = {"User-Agent": "stemify", "Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        request = urllib.request.Request(self.url, headers=headers)  # noqa: S310 (the catalog allows http and https)
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310
        return response

    def _receive(self, response: http.client.HTTPResponse, offset: int, advance: Advance) -> None:
        length = response.headers.get("Content-Length")
        whole = offset + int(length) if length is not None else None
        self._check_size(whole or 0)
        with self.part.open("ab" if offset else "wb") as file:
            advance(offset, whole)
            while piece := response.read(_PIECE_BYTES):
                file.write(piece)
                offset += len(piece)
                self._check_size(offset)
                advance(offset, whole)
        if whole is not None and offset < whole:
            raise _Cut(f"the connection was cut after {offset} of {whole} bytes")

    def _check_size(self, size: int) -> None:
        if size > self.limit:
            raise ModelUnavailable(f"{self.url} is larger than the {self.limit} bytes a weight file may have.")


class _Cut(Exception):
    """A try ended early and may be continued."""


def _refused(error: urllib.error.HTTPError, url: str, offset: int) -> None:
    """Returns where all of the file is here already; its digest will tell."""
    error.close()
    if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and offset:
        return
    if error.code in _PASSING:
        raise _Cut(f"the server answered {error.code}")
    raise ModelUnavailable(f"{url} cannot be fetched: the server answered {error.code}.") from error
