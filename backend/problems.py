"""Errors as RFC 9457 problem documents: the one table from error classes to HTTP. Knows no route."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from backend.intake.request_body import UploadTooSlow
from backend.rate_limits import TooManyJobs
from backend.resumable import errors as resumable
from contract import errors

MEDIA_TYPE = "application/problem+json"

CHECKSUM_MISMATCH = 460

STATUSES: dict[type[errors.StemifyError], int] = {
    errors.StemifyError: 500,
    errors.CallerError: 400,
    UploadTooSlow: 408,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.JobNotFound: 404,
    errors.StemNotFound: 404,
    errors.MixNotFound: 404,
    errors.StemNotReady: 409,
    errors.IdempotencyInProgress: 409,
    errors.JobExpired: 410,
    resumable.UploadNotFound: 404,
    resumable.UploadUsed: 409,
    resumable.UploadIncomplete: 409,
    resumable.WrongOffset: 409,
    resumable.UploadExpired: 410,
    resumable.WrongVersion: 412,
    resumable.WrongContentType: 415,
    resumable.UploadLocked: 423,
    resumable.WrongChecksum: CHECKSUM_MISMATCH,
    errors.UploadTooLarge: 413,
    errors.AudioTooLong: 413,
    errors.FieldProblem: 422,
    errors.UnknownModel: 422,
    errors.IdempotencyMismatch: 422,
    errors.OperatorError: 503,
    errors.RateLimited: 429,
    errors.QueueFull: 429,
    errors.InsufficientStorage: 507,
}
"""The nearest ancestor listed here decides an error's status."""


class FieldError(BaseModel):
    """One thing wrong with the request: where (a JSON pointer) and what."""

    pointer: str = Field(examples=["/model"])
    detail: str


class Problem(BaseModel):
    """What went wrong, for programs (`code`) and people (`detail`); RFC 9457."""

    type: str = Field(examples=["urn:stemify:problem:job_not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such job."])
    instance: str = Field(examples=["/api/v1/jobs/0b7e4a…"])
    code: str = Field(examples=["job_not_found"])
    request_id: str = Field(examples=["5f0c3f7bb5d14b0f9f3d2f6f9d1c7a11"])
    errors: list[FieldError] = Field(default=[], description="For invalid options: each of them.")


def status_of(error: errors.StemifyError) -> int:
    """The HTTP status of one of our errors."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem_of(error: errors.StemifyError, *, instance: str, request_id: str) -> Problem:
    """The document for one of our errors; one that is nobody's to act on says nothing of our insides."""
    status = status_of(error)
    problem = problem_document(status, instance=instance, request_id=request_id, code=error.code)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem.model_copy(update={"code": "internal"})
    return problem.model_copy(update={"detail": error.detail, "errors": field_errors(error)})


def field_errors(error: errors.StemifyError) -> list[FieldError]:
    """The single mistakes of a request that is not valid."""
    if isinstance(error, errors.FieldProblem):
        return [FieldError(pointer=pointer, detail=detail) for pointer, detail in error.problems]
    return [FieldError(pointer="/model", detail=error.detail)] if isinstance(error, errors.UnknownModel) else []


def problem_document(status: int, *, instance: str, request_id: str, code: str, detail: str = "") -> Problem:
    """A problem document; without `detail` the status's own sentence stands in."""
    title, sentence = phrase_of(status)
    return Problem(
        type=f"urn:stemify:problem:{code}",
        title=title,
        status=status,
        detail=detail or sentence or title,
        instance=instance,
        code=code,
        request_id=request_id,
    )


def phrase_of(status: int) -> tuple[str, str]:
    """A status's short name and its sentence, those of tus's own 460 among them."""
    if status == CHECKSUM_MISMATCH:
        return "Checksum Mismatch", ""
    known = HTTPStatus(status)
    return known.phrase, known.description


def headers_of(error: errors.StemifyError) -> dict[str, str]:
    """The headers that go with an error: when to come back, how to prove who one is."""
    if isinstance(error, errors.OperatorError):
        window = error.allowance.headers() if isinstance(error, TooManyJobs) else {}
        return {"Retry-After": str(error.retry_after)} | window
    if isinstance(error, errors.IdempotencyInProgress | resumable.UploadLocked):
        return {"Retry-After": "1"}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, errors.Unauthenticated) else {}


class ProblemResponse(JSONResponse):
    """A problem document on its way out."""

    media_type = MEDIA_TYPE

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(_compact(problem), status_code=problem.status, headers=headers)


def _compact(problem: Problem) -> dict[str, Any]:
    document = problem.model_dump()
    if not problem.errors:
        del document["errors"]
    return document
