"""Every error that reaches the app leaves it as a problem document. Decides nothing: the table in problems.py does."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match

from backend.early_answer import EarlyAnswer
from backend.problems import ProblemResponse, headers_of, problem_document, problem_of
from contract.errors import FieldProblem, StemifyError

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "upload_too_large", 500: "internal"}


def install_error_handlers(app: FastAPI) -> None:
    """Answer our own errors, the framework's, and the unforeseen."""
    app.add_exception_handler(StemifyError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unforeseen)


def pointer(location: Sequence[Any]) -> str:
    """A JSON pointer (RFC 6901) of a place in the request."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _where(request: Request) -> dict[str, str]:
    return {"instance": request.url.path, "request_id": getattr(request.state, "request_id", "")}


async def _ours(request: Request, error: Exception) -> Response:
    ours = error if isinstance(error, StemifyError) else StemifyError()
    kind = ProblemResponse if _read_whole(request) else EarlyAnswer
    return kind(problem_of(ours, **_where(request)), headers_of(ours) | _told(request))


def _told(request: Request) -> dict[str, str]:
    """Headers that hold whether the request succeeds or not, such as what is left of a rate limit."""
    told: dict[str, str] = getattr(request.state, "headers", {})
    return told


def _read_whole(request: Request) -> bool:
    return request.method in ("GET", "HEAD", "DELETE") or bool(getattr(request.state, "body_read", False))


async def _invalid(request: Request, error: Exception) -> Response:
    mistakes = error.errors() if isinstance(error, RequestValidationError) else ()
    problems = [(pointer(mistake["loc"][1:]), mistake["msg"]) for mistake in mistakes]
    return ProblemResponse(problem_of(FieldProblem(problems), **_where(request)))


async def _framework(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, HTTPException) else HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR)
    status = refusal.status_code
    detail = refusal.detail if refusal.detail != HTTPStatus(status).phrase else ""
    problem = problem_document(status, code=_CODES.get(status, "bad_request"), detail=detail, **_where(request))
    told = _told(request) | dict(refusal.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        told["Allow"] = ", ".join(sorted(_allowed(request)))
    return ProblemResponse(problem, told)


def _allowed(request: Request) -> set[str]:
    """Every method of this path but the one that was refused; the framework tells those of the first route alone."""
    return {method for method in _METHODS if method != request.method and _is_served(request, method)}


def _is_served(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)


async def _gone(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the shape of a handler
    """Nobody is left to read this; the status is for the log."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _unforeseen(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the log gets it, not the caller
    detail = "Something went wrong on our side. Please try again; if it stays, tell us the request_id."
    return ProblemResponse(problem_document(500, code="internal", detail=detail, **_where(request)))
