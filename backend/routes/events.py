"""A job's news as an event stream."""

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from backend.dependencies import PathJob, UseParts
from backend.live.event_stream import event_stream
from backend.routes.answers import errors

router = APIRouter(tags=["jobs"])

_VERSION = re.compile(r"[0-9]{1,18}")
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@router.get(
    "/jobs/{job_id}/events",
    responses=errors(404, 503)
    | {200: {"content": {"text/event-stream": {}}}, 204: {"description": "The end was seen: nothing will follow"}},
    response_class=StreamingResponse,
    summary="Follow a job",
)
async def follow_job(
    job: PathJob,
    parts: UseParts,
    last_event_id: Annotated[str | None, Header(description="The version last seen; set by browsers.")] = None,
) -> Response:
    """`snapshot` first, then `progress`, `stem`, and one of `completed`, `error`, `canceled`; then it ends.

    Each event's id is the job's version. A stream that ends without one of these was let go by a replica that
    stops: ask again, as browsers do by themselves. A client that has seen the end is answered 204, so that it stops
    asking.
    """
    seen = int(last_event_id) if last_event_id and _VERSION.fullmatch(last_event_id) else -1
    if job.is_terminal and seen >= job.version:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    stream = event_stream(
        job.job_id,
        after_version=seen,
        relay=parts.relay,
        looks=parts.looks,
        heartbeat_seconds=parts.settings.live.heartbeat_seconds,
    )
    return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)
