"""Each request has an id: the caller's when it is well formed, else a new one. It goes into the log and the answer."""

import re
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestIds:
    """Gives each request an id in `scope["state"]`, the log's context and the answer's X-Request-ID."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _chosen(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_id)


def _chosen(wanted: str) -> str:
    return wanted if _WELL_FORMED.fullmatch(wanted) else uuid.uuid4().hex
