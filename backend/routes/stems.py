"""What a completed job made: stems, their outlines, the zip, the manifest."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse

from backend.dependencies import PathJob, UseParts
from backend.routes.answers import UNCHANGED, errors
from backend.serving.archive import archive
from backend.serving.downloads import blob_answer, check_available, find_stem, stem_answer
from backend.serving.filenames import attachment, saved_title
from contract.errors import JobExpired, StemNotFound
from contract.storage import BlobNotFound
from media.peaks import Peaks

router = APIRouter(tags=["stems"])

StemName = Annotated[str, Path(description="A stem of this job.", examples=["vocals"])]

_GONE = errors(404, 409, 410, 503)
_AUDIO: dict[str, Any] = {"content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}}


@router.head("/jobs/{job_id}/stems/{stem}", include_in_schema=False)
@router.get(
    "/jobs/{job_id}/stems/{stem}",
    response_class=Response,
    responses=_GONE
    | errors(416)
    | UNCHANGED
    | {
        200: _AUDIO | {"description": "The whole stem"},
        206: _AUDIO | {"description": "The range asked for"},
        307: {"description": "With a bucket as storage: the stem's presigned address"},
    },
    summary="Download a stem",
)
def get_stem(job: PathJob, stem: StemName, parts: UseParts, request: Request) -> Response:
    """The audio, with `Range`, `If-Range`, `If-None-Match` and `HEAD`."""
    found = find_stem(job, stem)
    answer = stem_answer(parts, job, found, request.method)
    if request.method == "GET":
        parts.store.expiry.downloaded(job.job_id)
    return answer


@router.get("/jobs/{job_id}/stems/{stem}/peaks", responses=_GONE, summary="A stem's waveform")
def get_peaks(
    job: PathJob,
    stem: StemName,
    parts: UseParts,
    points: Annotated[int, Query(ge=1, le=16_384, description="How many stretches at most.")] = 1_000,
) -> JSONResponse:
    """Lowest and highest sample of each of `points` stretches, to draw without decoding."""
    found = find_stem(job, stem)
    if found.peaks_blob is None:
        raise StemNotFound("This stem has no waveform.")
    try:
        peaks = Peaks.from_json(json.loads(b"".join(parts.storage.read(found.peaks_blob))))
    except BlobNotFound as error:
        raise JobExpired from error
    return JSONResponse(peaks.reduced(points).as_json(), headers={"Cache-Control": "private, max-age=3600"})


@router.head("/jobs/{job_id}/archive", include_in_schema=False)
@router.get(
    "/jobs/{job_id}/archive",
    response_class=Response,
    responses=_GONE | {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
    summary="Download everything",
)
def get_archive(job: PathJob, parts: UseParts, request: Request) -> Response:
    """One zip with every stem and `manifest.json`, streamed, stored, with its exact length."""
    return archive_answer(parts, job, f"{saved_title(job.source.filename)} (stems).zip", request.method)


def archive_answer(parts: UseParts, job: PathJob, filename: str, method: str) -> Response:
    """The zip under a name of the caller's choosing."""
    check_available(job)
    zipped = archive(parts.storage, job)
    headers = {
        "Content-Length": str(zipped.length),
        "Content-Disposition": attachment(filename),
        "Cache-Control": "private, no-cache",
    }
    if method == "HEAD":
        zipped.close()
        return Response(headers=headers, media_type="application/zip")
    parts.store.expiry.downloaded(job.job_id)
    return StreamingResponse(zipped.content(), media_type="application/zip", headers=headers)


@router.get(
    "/jobs/{job_id}/manifest",
    responses=_GONE
    | errors(416)
    | UNCHANGED
    | {
        206: {"description": "The range asked for"},
        307: {"description": "With a bucket as storage: the manifest's presigned address"},
    },
    response_class=JSONResponse,
    summary="What was made, and how",
)
def get_manifest(job: PathJob, parts: UseParts) -> Response:
    """Source, options, model with the digest of its weights, versions, and each stem's facts."""
    check_available(job)
    if job.manifest_blob is None:
        raise StemNotFound("This job has no manifest.")
    link = parts.storage.link(job.manifest_blob, filename="manifest.json", media_type="application/json")
    return blob_answer(parts, job.manifest_blob, {}) if link is None else RedirectResponse(link)
