"""A local file as an answer: ranges, conditions, and problem documents where the framework would send plain text."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from backend.etags import matches
from backend.problems import ProblemResponse, problem_document


class FileAnswer(FileResponse):
    """Range, If-Range and HEAD as the framework does them; conditions, unknown units and refusals as RFC 9110."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
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


def _refused(scope: Scope, refusal: Message) -> Response:
    unsatisfiable = refusal["status"] == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    told = Headers(raw=refusal["headers"]).get("content-range")
    problem = problem_document(
        refusal["status"],
        instance=scope["path"],
        request_id=scope.get("state", {}).get("request_id", ""),
        code="range_not_satisfiable" if unsatisfiable else "bad_request",
        detail="The range lies outside of the file." if unsatisfiable else "The Range header is malformed.",
    )
    return ProblemResponse(problem, {"Content-Range": told} if told else None)
