"""An HTTP connection whose heads are bounded in size and time, and whose refusals are problem documents.

uvicorn bounds neither with httptools: a head that never ends would hold its connection and its memory for ever.
"""

import json
import uuid
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backend.problems import MEDIA_TYPE, problem_document

HEAD_SECONDS = 20.0
HEAD_BYTES = 65_536
STOPPING = "stopping"
"""Under this name the lifespan's state holds what to call when the replica stops."""


class GuardedConnection(HttpToolsProtocol):
    """Refuses a head that takes longer than HEAD_SECONDS (408), is larger than HEAD_BYTES (431) or malformed (400)."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = True
        self._head_bytes = 0
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        """A caller connected, and should ask for something soon."""
        super().connection_made(transport)
        self._begin_head()

    def shutdown(self) -> None:
        """The replica stops. What only waits is told so, or it would be cut off when the grace is over."""
        if tell := self.app_state.get(STOPPING):
            tell()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The next bytes of heads and bodies."""
        was_in_head = self._in_head
        super().data_received(data)
        if was_in_head and self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self._refuse(431, "headers_too_large", f"The head of the request is larger than {HEAD_BYTES:,} bytes.")

    def on_message_begin(self) -> None:
        """The first byte of a head; on a connection that is kept, there was silence before."""
        super().on_message_begin()
        if not self._in_head:
            self._begin_head()

    def on_headers_complete(self) -> None:
        """A head came whole."""
        self._end_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is said so as every other error is."""
        self._refuse(400, "bad_request", msg)

    def _begin_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _end_head(self) -> None:
        self._in_head = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408, "request_too_slow", f"The head of the request took longer than {HEAD_SECONDS:g} s.")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        request_id = uuid.uuid4().hex
        problem = problem_document(status, instance="", request_id=request_id, code=code, detail=detail)
        body = json.dumps(problem.model_dump(exclude={"errors"})).encode()
        head = (
            f"HTTP/1.1 {status} {problem.title}\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
            f"X-Request-ID: {request_id}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
        )
        self._end_head()
        self.transport.write(head.encode() + body)
        self.transport.close()
