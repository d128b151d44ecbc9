"""What a mix may be asked to be, and the name such a mix has. Knows no audio and no storage."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.error_handlers import pointer
from contract.errors import CallerError, FieldProblem
from contract.jobs import Job
from contract.options import BitDepth, Format

QUIETEST_DB = -60.0
LOUDEST_DB = 12.0


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StemInMix(_Wish):
    """How one stem is in the mix."""

    gain_db: float = Field(0.0, ge=QUIETEST_DB, le=LOUDEST_DB, description="Decibels louder or softer than the stem.")
    pan: float = Field(0.0, ge=-1.0, le=1.0, description="-1 left, 0 as it is, 1 right.")


class MixRequest(_Wish):
    """Which stems, how loud and where, in which format. A stem that is not named is not heard."""

    stems: dict[str, StemInMix] = Field(min_length=1, max_length=16, description="By name; those left out are muted.")
    gain_db: float = Field(0.0, ge=QUIETEST_DB, le=LOUDEST_DB, description="Of the whole mix.")
    format: Format = Field("wav", description="File format of the mix.")
    bit_depth: BitDepth = Field("source", description="Of wav and flac; `source` is the stems' own.")
    bitrate_kbps: int | None = Field(None, ge=32, le=512, description="Of mp3, m4a and ogg.")


EXAMPLE = {"stems": {"drums": {}, "bass": {"gain_db": -3.0}, "other": {"pan": -0.5}}, "gain_db": 0.0, "format": "mp3"}


def request_body() -> dict[str, Any]:
    """The request as OpenAPI tells it."""
    schema = MixRequest.model_json_schema()
    schema["properties"]["stems"]["additionalProperties"] = schema.pop("$defs")["StemInMix"]
    return {"required": True, "content": {"application/json": {"schema": schema, "example": EXAMPLE}}}


def mix_wish(fields: Any, job: Job) -> MixRequest:
    """What this JSON value asks of this job. Raises CallerError, FieldProblem naming every mistake."""
    if not isinstance(fields, dict):
        raise CallerError("The body must be a JSON object.")
    try:
        wish = MixRequest.model_validate(fields)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        raise FieldProblem([(pointer(mistake["loc"]), mistake["msg"]) for mistake in told]) from error
    names = [stem.name for stem in job.stems]
    strange = [
        (pointer(("stems", name)), f"the job has {', '.join(names)}") for name in wish.stems if name not in names
    ]
    if wish.bitrate_kbps is not None and wish.format in ("wav", "flac"):
        strange.append(("/bitrate_kbps", f"does not apply to {wish.format}; it is for mp3, m4a and ogg"))
    if wish.bit_depth == "32f" and wish.format != "wav":
        strange.append(("/bit_depth", "only wav holds 32f"))
    if strange:
        raise FieldProblem(strange)
    return wish


def mix_id(wish: MixRequest, job: Job) -> str:
    """The mix's name: 32 hexadecimal digits of a digest of what it is made of and how. Equal wishes, equal names."""
    sources = {stem.name: stem.sha256 for stem in job.stems if stem.name in wish.stems}
    told = json.dumps([wish.model_dump(), sources], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
