"""Jobs: look, list, cancel, delete."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from backend.dependencies import PathJob, PathSnapshot, UseCaller, UseParts
from backend.live.waiting import wait_until
from backend.preferences import applied, wait_seconds
from backend.routes.answers import UNCHANGED, errors
from backend.schemas import JobBody, JobPageBody
from backend.serving.etags import matches
from backend.view.job_view import job_body
from backend.view.snapshots import Snapshot
from contract.errors import Forbidden
from contract.jobs import JobStatus

router = APIRouter(tags=["jobs"])


class JobQuery(BaseModel):
    """Which jobs to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=128, description="`next_cursor` of the page before.")
    status: list[JobStatus] | None = Field(None, description="Only these; may repeat.")
    model: str | None = Field(None, max_length=80)
    created_after: datetime | None = Field(None, description="ISO 8601; UTC when it names no offset.")

    @field_validator("created_after", mode="before")
    @classmethod
    def _is_written_out(cls, told: object) -> object:
        """Seconds since 1970, which would be taken for a date otherwise, are no ISO 8601."""
        if isinstance(told, str) and not re.match(r"\d{4}-\d\d-\d\d", told):
            raise ValueError("must be written as 2026-11-20T12:00:00Z")
        return told


@router.get("/jobs", response_model=JobPageBody, responses=errors(403, 422, 503), summary="List jobs, newest first")
def list_jobs(parts: UseParts, caller: UseCaller, query: Annotated[JobQuery, Query()]) -> JobPageBody:
    """The caller's jobs. In the public profile nobody is told from anybody, so there is no list there."""
    if parts.settings.profile == "public":
        raise Forbidden("Jobs are not listed on a public service; keep the job_id of each job you make.")
    page = parts.store.page(
        caller.tenant,
        limit=query.limit,
        cursor=query.cursor,
        statuses=query.status,
        model=query.model,
        created_after=_aware(query.created_after),
    )
    jobs = [job_body(snapshot) for snapshot in parts.snapshots.of_all(page.jobs)]
    return JobPageBody(data=jobs, has_more=page.next_cursor is not None, next_cursor=page.next_cursor)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


@router.head("/jobs/{job_id}", include_in_schema=False)
@router.get("/jobs/{job_id}", response_model=JobBody, responses=errors(404, 503) | UNCHANGED, summary="Look at a job")
async def get_job(
    now: PathSnapshot,
    parts: UseParts,
    prefer: Annotated[str | None, Header(description="`wait=N`: hold the answer until the version changes.")] = None,
    if_none_match: Annotated[str | None, Header(description="An ETag already seen: 304 while it holds.")] = None,
) -> Response:
    """The job as it stands. With `Prefer: wait=N` (and the ETag last seen) this is a long poll."""
    seconds, snapshot = wait_seconds(prefer), now
    if seconds:
        snapshot = await wait_until(
            now.job.job_id,
            lambda later: _moved_on(later, if_none_match, now.job.version),
            seconds=seconds,
            relay=parts.relay,
            looks=parts.looks,
        )
    headers = {"ETag": snapshot.etag, "Cache-Control": "private, no-cache"} | applied(seconds)
    if matches(if_none_match, snapshot.etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(job_body(snapshot).model_dump_json(), headers=headers, media_type="application/json")


def _moved_on(now: Snapshot, seen: str | None, version: int) -> bool:
    """Whether there is something to tell: newer than the tag the caller has, or than when the caller came."""
    if now.job.is_terminal:
        return True
    return now.job.version > version if seen is None else not matches(seen, now.etag)


@router.post("/jobs/{job_id}/cancel", response_model=JobBody, responses=errors(404, 503), summary="Cancel a job")
def cancel_job(job: PathJob, parts: UseParts) -> JobBody:
    """Asks for the job to stop; a waiting one stops at once. Safe to repeat; an ended job comes back unchanged."""
    return job_body(parts.snapshots.of(parts.store.cancel(job.job_id)))


@router.delete("/jobs/{job_id}", status_code=HTTPStatus.NO_CONTENT, responses=errors(404, 503), summary="Delete a job")
def delete_job(job: PathJob, parts: UseParts) -> Response:
    """Cancels the job if it has not ended and removes its record and files; afterwards it is 404."""
    parts.janitor.remove_files(parts.store.delete(job.job_id).job_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
