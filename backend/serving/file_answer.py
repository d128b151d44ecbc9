"""A local file as an answer: ranges, conditions, and problem documents where the framework would send plain text."""

import os
from http import HTTPStatus
from pathlib import Path

import anyio
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from backend.problems import ProblemResponse, problem_document, problem_of
from backend.serving.etags import matches
from contract.errors import JobExpired


class FileAnswer(FileResponse):
    """Range, If-Range and HEAD as the framework does them; conditions, unknown units and refusals as RFC 9110."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        try:
            file = await anyio.open_file(self.path, "rb")
        except FileNotFoundError:  # removed since its job was looked at
            await gone(scope)(scope, receive, send)
            return
        async with file:
            self._hold(file.wrapped.fileno())
            await self._answer(scope, receive, send)

    def _hold(self, descriptor: int) -> None:
        """What is open stays readable when the file is removed meanwhile, so that no download ends half."""
        held = Path(f"/proc/self/fd/{descriptor}")
        if held.exists():
            self.path = held
        self.stat_result = os.fstat(descriptor)
        self.set_stat_headers(self.stat_result)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        if matches(asked.get("if-none-match"), self.headers.get("etag", "")):
            await self._unchanged()(scope, receive, send)
            return
        if not asked.get("range", "bytes=").strip().lower().startswith("bytes="):
            kept = [(name, value) for name, value in scope["headers"] if name != b"range"]
            scope = dict(scope) | {"headers": kept}
        await self._send_or_refuse(scope, receive, send)

    def _unchanged(self) -> Response:
        told = {name: self.headers[name] for name in ("etag", "cache-control") if name in self.headers}
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=told)

    async def _send_or_refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal: Message = {}

        async def send_unless_refused(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
                refusal.update(message)
            if not refusal:
                await send(message)

        await super().__call__(scope, receive, send_unless_refused)
        if refusal:
            await _refused(scope, refusal)(scope, receive, send)


def gone(scope: Scope) -> Response:
    """410: the file was kept for its time."""
    request_id = scope.get("state", {}).get("request_id", "")
    return ProblemResponse(problem_of(JobExpired(), instance=scope["path"], request_id=request_id))


def _refused(scope: Scope, refusal: Message) -> Response:
    unsatisfiable = refusal["status"] == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    told = Headers(raw=refusal["headers"]).get("content-range")
    if unsatisfiable:
        return out_of_range(scope, told or "")
    return _problem(scope, refusal["status"], "bad_request", "The Range header is malformed.")


def out_of_range(scope: Scope, content_range: str) -> Response:
    """416, with the length there is."""
    detail = "The range lies outside of the file."
    answer = _problem(scope, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "range_not_satisfiable", detail)
    answer.headers["Content-Range"] = content_range
    return answer


def _problem(scope: Scope, status: int, code: str, detail: str) -> Response:
    request_id = scope.get("state", {}).get("request_id", "")
    return ProblemResponse(
        problem_document(status, instance=scope["path"], request_id=request_id, code=code, detail=detail)
    )
