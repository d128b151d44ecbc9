"""Waits until a running stack is ready, then looks at its front door from outside. Knows addresses, not containers."""

import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx

_READY_SECONDS = 180.0
_POLL_SECONDS = 0.5


def wait_until_ready(http: httpx.Client) -> dict[str, Any]:
    """What /health/ready says once it says yes. Raises SystemExit after 180 s."""
    deadline = time.monotonic() + _READY_SECONDS
    said = "nothing answers"
    while time.monotonic() < deadline:
        try:
            answer = http.get("/health/ready")
            if answer.status_code == httpx.codes.OK:
                found: dict[str, Any] = answer.json()
                return found
            said = answer.text[:500]
        except httpx.TransportError as error:
            said = str(error)
        time.sleep(_POLL_SECONDS)
    raise SystemExit(f"not ready after {_READY_SECONDS:.0f} s: {said}")


def front_door_mistakes(http: httpx.Client) -> list[str]:
    """What is wrong with the way the stack looks from outside; empty when all is well."""
    return [
        *_wrong(http.get("/metrics"), httpx.codes.NOT_FOUND, "the figures are not for the public"),
        *_wrong(http.get("/"), httpx.codes.OK, "the page is there"),
        *_wrong(http.get("/api/v1/models"), httpx.codes.OK, "the API answers"),
        *_wrong(_too_large(http), httpx.codes.REQUEST_ENTITY_TOO_LARGE, "an upload of 200 MB is turned away"),
        *_wrong(_polling(http), httpx.codes.OK, "Socket.IO opens a session"),
    ]


def _too_large(http: httpx.Client) -> httpx.Response:
    """An upload that says its size and is refused for it before any of it is sent."""
    at = urlsplit(str(http.base_url))
    with closing(HTTPConnection(at.hostname or "localhost", at.port, timeout=10)) as raw:
        raw.putrequest("POST", "/api/v1/stemify")
        raw.putheader("Content-Type", "multipart/form-data; boundary=none")
        raw.putheader("Content-Length", str(200 * 10**6))
        raw.endheaders()
        answer = raw.getresponse()
        return httpx.Response(answer.status, content=answer.read())


def _polling(http: httpx.Client) -> httpx.Response:
    return http.get("/socket.io/", params={"EIO": "4", "transport": "polling"})


def _wrong(answer: httpx.Response, wanted: int, what: str) -> list[str]:
    if answer.status_code == wanted:
        return []
    return [f"{what}: wanted {wanted}, got {answer.status_code} {answer.text[:200]!r}"]


def main() -> None:
    """Check the stack at the address given on the command line."""
    with httpx.Client(base_url=sys.argv[1], timeout=10.0) as http:
        print("ready:", wait_until_ready(http))  # noqa: T201 - this is what the script is for
        if mistakes := front_door_mistakes(http):
            raise SystemExit("\n".join(mistakes))
    print("front door: page, API, Socket.IO, 413, no figures for the public")  # noqa: T201


if __name__ == "__main__":
    main()
