"""POST /stemify: a recording comes in, a job goes out."""

import contextlib
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from backend.addresses import job_path
from backend.assembly import Parts
from backend.dependencies import UseCaller, UseParts
from backend.intake.request_schema import REQUEST_BODY
from backend.intake.submission import Answer, FormKind, Submission
from backend.live.waiting import wait_until
from backend.preferences import applied, wait_seconds
from backend.routes.answers import errors
from backend.schemas import JobBody
from backend.view.job_view import job_body
from contract.errors import JobNotFound, StoreUnavailable

router = APIRouter(tags=["jobs"])

FORM = FormKind()


@router.post(
    "/stemify",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobBody,
    responses=errors(400, 404, 408, 409, 410, 413, 422, 423, 429, 503, 507),
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
    """Takes multipart/form-data with `file` (streamed, in any order with the options) and answers with the job.

    A recording that was uploaded before is named by `upload_id`, in a form or as JSON. Each upload becomes one job: the
    same request again is answered with that job, another one 409. A link is named by `url`: it is judged by its form at
    once, a worker fetches it, and then the job tells what it turned out to be.
    """
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
        job_id, lambda now: now.job.is_terminal, seconds=seconds, relay=parts.relay, looks=parts.looks
    )
    return job_body(snapshot).model_dump(mode="json")
