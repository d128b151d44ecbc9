"""The outermost place of the API tier: times, counts and logs each request, and lets no exception further out."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger(__name__)

QUIET = ("/health", "/health/live", "/health/ready", "/metrics")
"""Paths asked every few seconds by machines; logged at debug level when they go well."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """One answered request: its route as declared (never the raw path), its status, its seconds."""

    method: str
    route: str
    status: int
    seconds: float


class Boundary:
    """Calls `observe` once for each request served, whatever happened in it."""

    def __init__(self, app: ASGIApp, observe: Callable[[Served], None]) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_noting_status)
        except Exception:  # noqa: BLE001 - the one outermost place of this tier; the 500 has been sent
            status = 500
            _log.exception("request_failed", method=scope["method"], path=scope["path"])
        self._served(scope, status, time.monotonic() - started)

    def _served(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self._observe(Served(method=scope["method"], route=route, status=status, seconds=seconds))
        log = _log.debug if status < 400 and route.endswith(QUIET) else _log.info
        client = (scope.get("client") or ("",))[0]
        log(
            "request_served",
            method=scope["method"],
            path=scope["path"],
            status=status,
            seconds=round(seconds, 4),
            client=client,
        )
