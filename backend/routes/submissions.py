"""POST /stemify: a recording comes in, a job goes out."""

import contextlib
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from backend.addresses import job_path
from backend.assembly import Parts
from backend.dependencies import UseCaller, UseParts
from backend.fields import from_form, parse_json, wishes
from backend.job_view import job_body
from backend.live.waiting import wait_until
from backend.multipart import MAX_FIELDS
from backend.preferences import applied, wait_seconds
from backend.request_body import small_body
from backend.request_schema import REQUEST_BODY
from backend.routes.answers import errors
from backend.schemas import JobBody
from backend.submission import Answer, FormKind, Submission
from backend.uploads import LINKS_NOT_OFFERED
from contract.errors import CallerError, FieldProblem, JobNotFound, StoreUnavailable, UrlNotAllowed

router = APIRouter(tags=["jobs"])

FORM = FormKind()


@router.post(
    "/stemify",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobBody,
    responses=errors(400, 408, 409, 413, 422, 429, 503, 507),
    openapi_extra={"requestBody": REQUEST_BODY},
    summary="Separate a recording",
)
async def create_job(
    request: Request,
    parts: UseParts,
    caller: UseCaller,
    prefer: Annotated[
        str | None, Header(description="`wait=N`: hold the answer until the job ends, up to 60 s.")
    ] = None,
    idempotency_key: Annotated[  # noqa: ARG001 - read where it is held; named here for the schema
        str | None, Header(description="The same key and request within 24 h make one job.", max_length=255)
    ] = None,
) -> Response:
    """Takes multipart/form-data with `file` (streamed, in any order with the options) and answers with the job."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        await _refuse_link(request, parts, kind)
    answer = await Submission(parts, caller, request, FORM).answer()
    return await accepted(parts, answer, wait_seconds(prefer))


async def accepted(parts: Parts, answer: Answer, seconds: int) -> Response:
    """202 with the job, at once or when it ended, whichever the caller asked for.

    The job is made: what goes wrong while it is waited for must not make the caller send it again.
    """
    body = answer.body
    if seconds:
        with contextlib.suppress(StoreUnavailable, JobNotFound):
            body = await _ended_body(parts, answer.job_id, seconds)
    headers = answer.headers | applied(seconds) | {"Location": job_path(answer.job_id)}
    return JSONResponse(body, HTTPStatus.ACCEPTED, headers)


async def _ended_body(parts: Parts, job_id: str, seconds: int) -> dict[str, Any]:
    snapshot = await wait_until(
        job_id, lambda now: now.job.is_terminal, seconds=seconds, relay=parts.relay, snapshots=parts.snapshots
    )
    return job_body(snapshot).model_dump(mode="json")


async def _refuse_link(request: Request, parts: Parts, kind: str) -> None:
    """Requests without a file: their options are checked, then the link is refused."""
    if kind == "application/json":
        fields = parse_json(await small_body(request, parts.settings.intake))
    elif kind == "application/x-www-form-urlencoded":
        form = await small_body(request, parts.settings.intake)
        fields = from_form(_urlencoded(form))
    else:
        raise CallerError("Send multipart/form-data with the recording in the field `file`.")
    if not isinstance(fields, dict):
        raise CallerError("The body must be a JSON object.")
    link = fields.pop("url", None)
    wishes(fields)
    if link is None:
        raise FieldProblem([("/file", "send the recording as multipart/form-data in the field `file`")])
    raise UrlNotAllowed(LINKS_NOT_OFFERED)


def _urlencoded(form: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(form.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise CallerError("The form is malformed.") from error
