"""Mixdowns of a finished job: its stems added up with the gains and pans a person chose."""

import re
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from backend.addresses import mix_path
from backend.dependencies import PathJob, UseParts
from backend.intake.fields import parse_json
from backend.intake.request_body import small_body
from backend.mixes.mixdown import shelf_of
from backend.mixes.shelf import Mix
from backend.mixes.turns import made_in_turn
from backend.mixes.wishes import mix_wish, request_body
from backend.routes.answers import UNCHANGED, errors
from backend.schemas import MixBody
from backend.serving.downloads import blob_answer, check_available
from backend.serving.filenames import attachment, stem_filename
from contract.errors import MixNotFound
from contract.jobs import Job
from media.formats import OutputFormat

router = APIRouter(tags=["mixes"])

MixId = Annotated[str, Path(description="The mix's id.", examples=["3f1c0d6b8a5e4f7c9d2b1a0f8e7d6c5b"])]

_NOBODY_LISTENS = 499
"""As nginx counts requests whose client has left; nobody receives it."""

_AUDIO: dict[str, Any] = {"content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}}


@router.post(
    "/jobs/{job_id}/mixes",
    status_code=HTTPStatus.CREATED,
    response_model=MixBody,
    responses=errors(400, 404, 409, 410, 422, 503, 507)
    | {200: {"model": MixBody, "description": "The same mix was made before"}},
    openapi_extra={"requestBody": request_body()},
    summary="Mix stems",
)
async def create_mix(job: PathJob, parts: UseParts, request: Request) -> Response:
    """Renders the chosen stems into one file, which is kept with the job's. The same wish gives the same mix.

    A client that leaves before the answer ends the rendering.
    """
    check_available(job)
    fields = parse_json(await small_body(request, parts.settings.intake))
    made = await made_in_turn(parts, job, mix_wish(fields, job), left=partial(_left, request))
    if made is None:
        return Response(status_code=_NOBODY_LISTENS)
    status = HTTPStatus.CREATED if made.is_new else HTTPStatus.OK
    body = _body(job, made.mix)
    return JSONResponse(body.model_dump(mode="json"), status, {"Location": body.url})


@router.head("/jobs/{job_id}/mixes/{mix_id}", include_in_schema=False)
@router.get(
    "/jobs/{job_id}/mixes/{mix_id}",
    response_class=Response,
    responses=errors(404, 409, 410, 416, 503)
    | UNCHANGED
    | {
        200: _AUDIO | {"description": "The whole mix"},
        206: _AUDIO | {"description": "The range asked for"},
        307: {"description": "With a bucket as storage: the mix's presigned address"},
    },
    summary="Download a mix",
)
def get_mix(job: PathJob, mix_id: MixId, parts: UseParts, request: Request) -> Response:
    """The audio, with `Range`, `If-Range`, `If-None-Match` and `HEAD`."""
    check_available(job)
    shelf = shelf_of(parts, job)
    mix = shelf.find(mix_id) if re.fullmatch("[0-9a-f]{32}", mix_id) else None
    if mix is None:
        raise MixNotFound
    if request.method == "GET":
        parts.store.expiry.downloaded(job.job_id)
    kind = OutputFormat.closest(mix.format)
    filename = stem_filename(job.source.filename, "mix", kind.extension)
    link = None
    if request.method != "HEAD":  # a link is signed for GET alone
        link = parts.storage.link(shelf.key(mix), filename=filename, media_type=kind.media_type)
    if link is not None:
        return RedirectResponse(link, HTTPStatus.TEMPORARY_REDIRECT, {"Cache-Control": "private, no-cache"})
    headers = {"Content-Disposition": attachment(filename), "ETag": f'"{mix.sha256}"'}
    return blob_answer(parts, shelf.key(mix), headers, media_type=kind.media_type)


async def _left(request: Request) -> None:
    """Comes back when the client has gone. After the body nothing else is to be heard of it."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _body(job: Job, mix: Mix) -> MixBody:
    return MixBody(**mix.model_dump(), job_id=job.job_id, url=mix_path(job.job_id, mix.mix_id))
