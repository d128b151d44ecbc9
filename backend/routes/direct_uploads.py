"""Uploads past this service: the sender puts each part into the bucket itself."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from backend.addresses import upload_path
from backend.assembly import Parts
from backend.dependencies import UseCaller, UseParts
from backend.error_handlers import pointer
from backend.intake.fields import parse_json
from backend.intake.request_body import small_body
from backend.resumable.announcement import Announcement, from_json, record_of
from backend.resumable.bodies import DirectUploadBody, PartBody, UploadBody
from backend.resumable.book import UploadRecord
from backend.routes.answers import errors
from backend.routes.uploads import PathUpload, upload_body
from contract.errors import FieldProblem

router = APIRouter(tags=["uploads"])

ETag = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


class Completion(BaseModel):
    """What the bucket answered each part with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    etags: list[ETag] = Field(min_length=1, max_length=10_000, description="The ETag of each part, in order.")


def _json_body(kind: type[BaseModel]) -> dict[str, object]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": kind.model_json_schema()}}}}


@router.post(
    "/uploads/direct",
    status_code=HTTPStatus.CREATED,
    response_model=DirectUploadBody,
    responses=errors(400, 408, 413, 422, 429, 503),
    openapi_extra=_json_body(Announcement),
    summary="Begin an upload past this service",
)
async def create_direct_upload(request: Request, parts: UseParts, caller: UseCaller) -> Response:
    """With a bucket as storage: addresses to PUT the recording's parts to, each with exactly its bytes.

    Keep the `ETag` each PUT is answered with; then `POST .../complete`, and the `upload_id` makes a job as any other.
    """
    told = from_json(parse_json(await small_body(request, parts.settings.intake)))

    def begin() -> UploadRecord:
        settings = parts.settings
        kept, most = settings.intake.upload_seconds, settings.limits.max_upload_bytes
        return parts.direct.begin(record_of(told, caller, now=parts.store.now(), kept_seconds=kept, most=most))

    record = await to_thread.run_sync(begin)
    body = await to_thread.run_sync(_body, parts, record)
    headers = {"Location": upload_path(record.upload_id)}
    return JSONResponse(body.model_dump(mode="json"), HTTPStatus.CREATED, headers)


@router.get(
    "/uploads/{upload_id}/parts",
    response_model=DirectUploadBody,
    responses=errors(400, 404, 410, 503),
    summary="Fresh addresses of the parts",
)
def get_parts(upload: PathUpload, parts: UseParts) -> DirectUploadBody:
    """As the beginning told them; those of parts that have been sent may be left out."""
    return _body(parts, upload.record)


@router.post(
    "/uploads/{upload_id}/complete",
    response_model=UploadBody,
    responses=errors(400, 404, 408, 410, 422, 503),
    openapi_extra=_json_body(Completion),
    summary="Put the parts together",
)
async def complete_upload(request: Request, upload: PathUpload, parts: UseParts) -> UploadBody:
    """Safe to repeat. What came is measured: other than the announced length is refused and removed."""
    try:
        told = Completion.model_validate(parse_json(await small_body(request, parts.settings.intake)))
    except ValidationError as error:
        raise FieldProblem([(pointer(mistake["loc"]), mistake["msg"]) for mistake in error.errors()]) from error
    return upload_body(await to_thread.run_sync(parts.direct.complete, upload.record, told.etags))


def _body(parts: Parts, record: UploadRecord) -> DirectUploadBody:
    lapse = datetime.now(UTC) + timedelta(seconds=parts.settings.storage.link_seconds)
    return DirectUploadBody(
        upload_id=record.upload_id,
        url=upload_path(record.upload_id),
        bytes=record.bytes,
        filename=record.filename,
        expires_at=record.expires_at,
        parts=[PartBody(**vars(part)) for part in parts.direct.parts(record)],
        links_expire_at=lapse,
    )
