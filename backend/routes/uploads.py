"""Recordings that arrive before their job: tus 1.0, or announced as JSON and sent in one request."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request, Response
from fastapi.responses import JSONResponse

from backend.addresses import upload_path
from backend.assembly import Parts
from backend.dependencies import UseCaller, UseParts
from backend.intake.fields import parse_json
from backend.intake.request_body import chunks, small_body
from backend.resumable import tus, tus_headers
from backend.resumable.announcement import Announcement, from_json, from_tus, record_of
from backend.resumable.bodies import UploadBody
from backend.resumable.book import UploadRecord
from backend.resumable.desk import Progress
from backend.resumable.errors import WrongContentType
from backend.resumable.run import Run
from backend.routes.answers import errors
from contract.errors import CallerError


def speaks_tus(request: Request) -> None:
    """Every answer of these routes, refusals too, names the version of tus that is spoken here."""
    request.state.headers = {**tus.RESUMABLE, "Tus-Version": tus.VERSION}


router = APIRouter(tags=["uploads"], dependencies=[Depends(speaks_tus)])

UploadId = Annotated[str, Path(description="The upload's id.", examples=["0b7e4a0c6f0d4e4f9a52c1f3f9a1d7c2"])]

_TAKEN_IN = errors(400, 404, 408, 409, 410, 412, 413, 415, 423, 460, 503, 507)
_RAW = {
    "requestBody": {"required": True, "content": {tus.CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
_ANNOUNCED = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": Announcement.model_json_schema(),
                "examples": {"song": {"value": {"bytes": 31_457_280, "filename": "Song.flac"}}},
            },
            tus.CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


def upload_in_path(upload_id: UploadId, parts: UseParts, caller: UseCaller) -> Progress:
    """The upload of this path and how far it is. Raises UploadNotFound, also for another tenant's, UploadExpired."""
    return parts.uploads.look(upload_id, tenant=caller.tenant)


PathUpload = Annotated[Progress, Depends(upload_in_path)]


@router.options("/uploads", include_in_schema=False)
@router.options("/uploads/{upload_id}", include_in_schema=False)
def tell_tus(parts: UseParts) -> Response:
    """What of tus is spoken here."""
    told = {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Max-Size": str(parts.settings.limits.max_upload_bytes),
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
    }
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=tus.RESUMABLE | told)


@router.post(
    "/uploads",
    status_code=HTTPStatus.CREATED,
    response_model=UploadBody,
    responses=errors(400, 408, 412, 413, 415, 422, 429, 460, 503, 507),
    openapi_extra=_ANNOUNCED,
    summary="Begin an upload",
)
async def create_upload(
    request: Request, parts: UseParts, caller: UseCaller, told: Annotated[tus_headers.Creation, Header()]
) -> Response:
    """Announces a recording, with tus's headers or as JSON; its bytes follow by PATCH (resumable) or PUT (at once).

    Once whole, `POST /api/v1/stemify` with its `upload_id` makes the job. It is kept until `expires_at`.
    """
    kind = _kind(request)
    if told.upload_length is None and told.tus_resumable is None:
        if kind != "application/json":
            raise WrongContentType("Announce the upload as JSON, or with tus's headers.")
        announced = from_json(parse_json(await small_body(request, parts.settings.intake)))
    else:
        tus.check_version(told.tus_resumable)
        announced = from_tus(told.upload_length, told.upload_metadata)
    checksum = tus.read_checksum(told.upload_checksum)
    record = await to_thread.run_sync(_begun, parts, caller, announced)
    progress = Progress(record, 0)
    if kind == tus.CONTENT_TYPE:
        progress = await parts.uploads.add(record, Run(_body(request, parts, record.bytes), 0, checksum))
    headers = _headers(progress) | {"Location": upload_path(record.upload_id)}
    return JSONResponse(upload_body(progress).model_dump(mode="json"), HTTPStatus.CREATED, headers)


@router.head(
    "/uploads/{upload_id}",
    response_class=Response,
    responses=errors(404, 410, 412, 503),
    summary="How far is an upload?",
)
def head_upload(upload: PathUpload, told: Annotated[tus_headers.Spoken, Header()]) -> Response:
    """`Upload-Offset`: the bytes that are here for good; the next PATCH begins there."""
    tus.check_version(told.tus_resumable or tus.VERSION)
    headers = _headers(upload) | {"Cache-Control": "no-store", "Upload-Length": str(upload.record.bytes)}
    if upload.record.filename:
        headers["Upload-Metadata"] = tus.write_metadata({"filename": upload.record.filename})
    return Response(headers=headers)


@router.patch(
    "/uploads/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_TAKEN_IN,
    openapi_extra=_RAW,
    summary="Add to an upload (tus)",
)
async def add_to_upload(
    request: Request, upload: PathUpload, parts: UseParts, told: Annotated[tus_headers.Addition, Header()]
) -> Response:
    """Bytes from `Upload-Offset` on. What came of a request that broke off is kept; HEAD tells how much."""
    tus.check_version(told.tus_resumable)
    if _kind(request) != tus.CONTENT_TYPE:
        raise WrongContentType(f"Send the bytes as {tus.CONTENT_TYPE}.")
    at, checksum = tus.whole_number("Upload-Offset", told.upload_offset), tus.read_checksum(told.upload_checksum)
    body = _body(request, parts, max(0, upload.record.bytes - at))
    progress = await parts.uploads.add(upload.record, Run(body, at, checksum))
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_headers(progress))


@router.put(
    "/uploads/{upload_id}", response_model=UploadBody, responses=_TAKEN_IN, openapi_extra=_RAW, summary="Send it whole"
)
async def put_upload(request: Request, upload: PathUpload, parts: UseParts) -> Response:
    """The whole recording as the body of one request, of any content type; what came before is dropped."""
    progress = await parts.uploads.replace(upload.record, _body(request, parts, upload.record.bytes))
    if not progress.is_whole:
        raise CallerError(f"The body ended after {progress.offset:,} of {upload.record.bytes:,} bytes.")
    return JSONResponse(upload_body(progress).model_dump(mode="json"), headers=_headers(progress))


@router.delete(
    "/uploads/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=errors(404, 409, 410, 412, 423, 503),
    summary="End an upload",
)
async def delete_upload(upload: PathUpload, parts: UseParts, told: Annotated[tus_headers.Spoken, Header()]) -> Response:
    """Removes an upload that is no job yet, and its bytes; afterwards it is 404."""
    tus.check_version(told.tus_resumable or tus.VERSION)
    await parts.uploads.end(upload.record)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=tus.RESUMABLE)


@router.post("/uploads/{upload_id}", include_in_schema=False)
async def override_method(
    request: Request, upload: PathUpload, parts: UseParts, told: Annotated[tus_headers.Override, Header()]
) -> Response:
    """PATCH and DELETE for those whose way here lets neither through (X-HTTP-Method-Override)."""
    if told.x_http_method_override == "PATCH":
        return await add_to_upload(request, upload, parts, told)
    if told.x_http_method_override == "DELETE":
        return await delete_upload(upload, parts, told)
    raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, "Name PATCH or DELETE in X-HTTP-Method-Override.")


def _begun(parts: Parts, caller: UseCaller, told: Announcement) -> UploadRecord:
    settings = parts.settings
    most = settings.limits.max_upload_bytes
    record = record_of(told, caller, now=parts.store.now(), kept_seconds=settings.intake.upload_seconds, most=most)
    parts.uploads.begin(record)
    return record


def _body(request: Request, parts: Parts, limit: int) -> AsyncIterator[bytes]:
    return chunks(request, limit=limit, intake=parts.settings.intake, overhead=0)


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _headers(progress: Progress) -> dict[str, str]:
    told = tus.RESUMABLE | {"Upload-Offset": str(progress.offset)}
    if progress.record.used:
        return told
    return told | {"Upload-Expires": tus.http_date(progress.record.expires_at)}


def upload_body(progress: Progress) -> UploadBody:
    """An upload's public shape."""
    record = progress.record
    return UploadBody(
        upload_id=record.upload_id,
        url=upload_path(record.upload_id),
        bytes=record.bytes,
        offset=progress.offset,
        filename=record.filename,
        expires_at=record.expires_at,
    )
