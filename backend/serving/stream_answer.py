"""A blob of a bucket as an answer that passes through here: one range, conditions and HEAD as RFC 9110 wants them."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from backend.serving.etags import matches
from backend.serving.file_answer import out_of_range
from contract.storage import BlobFacts, BlobStore

_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


class StreamAnswer(Response):
    """A request for several ranges at once, or for a range of what has changed, is answered with the whole."""

    def __init__(self, storage: BlobStore, facts: BlobFacts, *, media_type: str, headers: Mapping[str, str]) -> None:
        self._storage = storage
        self._facts = facts
        self._type = media_type
        self._told: dict[str, str] = {"ETag": f'"{facts.etag}"', "Accept-Ranges": "bytes"} | dict(headers)
        super().__init__()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        await self._chosen(scope)(scope, receive, send)

    def _chosen(self, scope: Scope) -> Response:
        asked, tag, size = Headers(scope=scope), self._told["ETag"], self._facts.bytes
        if matches(asked.get("if-none-match"), tag):
            kept = {name: text for name, text in self._told.items() if name in ("ETag", "Cache-Control")}
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)
        wanted = asked.get("range", "") if asked.get("if-range", tag) == tag else ""
        span = _span(wanted, size)
        if span is None:
            return self._part(scope, 0, size, HTTPStatus.OK, {})
        start, end = span
        if start >= end:
            return out_of_range(scope, f"bytes */{size}")
        told = {"Content-Range": f"bytes {start}-{end - 1}/{size}"}
        return self._part(scope, start, end, HTTPStatus.PARTIAL_CONTENT, told)

    def _part(self, scope: Scope, start: int, end: int, status: HTTPStatus, told: dict[str, str]) -> Response:
        headers = self._told | told | {"Content-Length": str(end - start)}
        if scope["method"] == "HEAD":
            return Response(status_code=status, headers=headers, media_type=self._type)
        content = self._storage.read(self._facts.key, start=start, end=end)
        return StreamingResponse(content, status, headers, media_type=self._type)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last, of one range; None when the whole is to be sent."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    start = int(found[1])
    if found[2] and int(found[2]) < start:
        return None
    return start, min(size, int(found[2]) + 1) if found[2] else size
