"""What a caller says of an upload before it sends it, in tus's headers or as JSON, checked and made a record. Pure."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.dependencies import Caller
from backend.error_handlers import pointer
from backend.intake.request_body import too_large
from backend.resumable.book import UploadRecord
from backend.resumable.desk import expiry
from backend.resumable.tus import read_metadata, whole_number
from contract.display_names import display_name
from contract.errors import FieldProblem
from contract.job_ids import new_job_id

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Announcement(BaseModel):
    """An upload that will come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: Annotated[int, Field(ge=1, strict=True, description="How many bytes will come.", examples=[31_457_280])]
    filename: str = Field("", max_length=1_024, description="For display and for the stems' names.")
    sha256: str | None = Field(
        None, pattern="^[0-9a-f]{64}$", description="Digest of the whole, checked before its job is made."
    )


def from_json(body: Any) -> Announcement:
    """An announcement as JSON. Raises FieldProblem naming every mistake."""
    try:
        return Announcement.model_validate(body)
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False, include_context=False)
        raise FieldProblem([(pointer(mistake["loc"][:1]), mistake["msg"]) for mistake in mistakes]) from error


def from_tus(length: str | None, metadata: str | None) -> Announcement:
    """An announcement in tus's headers. Raises CallerError, FieldProblem."""
    told = read_metadata(metadata)
    sha256 = told.get("sha256", "").lower()
    if sha256 and not _SHA256.fullmatch(sha256):
        raise FieldProblem([("/Upload-Metadata/sha256", "must be 64 hexadecimal digits")])
    count = whole_number("Upload-Length", length)
    if count == 0:
        raise FieldProblem([("/Upload-Length", "the file is empty")])
    return Announcement(bytes=count, filename=told.get("filename", "")[:1_024], sha256=sha256 or None)


def record_of(told: Announcement, caller: Caller, *, now: datetime, kept_seconds: float, most: int) -> UploadRecord:
    """The record of an announced upload. Raises UploadTooLarge above `most` bytes."""
    if told.bytes > most:
        raise too_large(most)
    return UploadRecord(
        upload_id=new_job_id(),
        tenant=caller.tenant,
        scope=caller.scope,
        bytes=told.bytes,
        filename=display_name(told.filename),
        sha256=told.sha256,
        expires_at=expiry(now, kept_seconds),
    )
