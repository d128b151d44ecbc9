"""The path names of the first design, kept for its clients. They reach the same jobs as today's."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from backend.dependencies import PathJob, PathSnapshot, UseCaller, UseParts
from backend.intake.request_schema import LEGACY_REQUEST_BODY
from backend.intake.submission import FormKind, Submission
from backend.routes.answers import errors
from backend.routes.stems import archive_answer
from backend.view.job_view import job_body
from contract.errors import CallerError
from contract.jobs import JobStatus

router = APIRouter(prefix="/api", tags=["older names"])

ALL_STEMS = "all"


class UploadBody(BaseModel):
    """A job that was made."""

    job_id: str
    status: JobStatus
    created_at: datetime


class StatusBody(BaseModel):
    """How far a job is."""

    job_id: str
    status: JobStatus
    progress: int
    created_at: datetime
    started_at: datetime | None
    estimated_completion: datetime | None


def _with_old_defaults(fields: dict[str, Any]) -> dict[str, Any]:
    if fields.get("stems") in (ALL_STEMS, [ALL_STEMS]):
        fields = {name: value for name, value in fields.items() if name != "stems"}
    return {"model": "htdemucs_ft", "format": "mp3"} | fields


FORM = FormKind(file_field="audio_file", adapt=_with_old_defaults)


@router.post(
    "/upload",
    status_code=HTTPStatus.ACCEPTED,
    response_model=UploadBody,
    responses=errors(400, 408, 409, 413, 422, 429, 503, 507),
    openapi_extra={"requestBody": LEGACY_REQUEST_BODY},
    deprecated=True,
    summary="Separate a recording (older name)",
)
async def upload(request: Request, response: Response, parts: UseParts, caller: UseCaller) -> UploadBody:
    """As POST /api/v1/stemify, with the file in `audio_file`, `model` htdemucs_ft and `format` mp3 by default."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise CallerError("Send multipart/form-data with the recording in the field `audio_file`.")
    answer = await Submission(parts, caller, request, FORM).answer()
    response.headers.update(answer.headers | {"Location": f"/api/status/{answer.job_id}"})
    return UploadBody.model_validate(answer.body)


@router.get(
    "/status/{job_id}",
    response_model=StatusBody,
    responses=errors(404, 503),
    deprecated=True,
    summary="Look at a job (older name)",
)
async def status(now: PathSnapshot) -> StatusBody:
    """As GET /api/v1/jobs/{job_id}, with fewer fields."""
    return StatusBody.model_validate(job_body(now).model_dump())


@router.get(
    "/download/{job_id}",
    response_class=Response,
    responses=errors(404, 409, 410, 503)
    | {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
    deprecated=True,
    summary="Download everything (older name)",
)
def download(job: PathJob, parts: UseParts) -> Response:
    """As GET /api/v1/jobs/{job_id}/archive, named `stems_<job_id>.zip`."""
    return archive_answer(parts, job, f"stems_{job.job_id}.zip", "GET")
