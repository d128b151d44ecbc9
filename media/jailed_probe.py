"""Probing in a jail: a recording's facts without loading FFmpeg into this process. Knows no job."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from media.errors import JailBroken
from media.facts import CHANNELS, RATES, AudioFacts
from media.jail import Jail
from media.limits import Limits

_MOST_LETTERS = 200


def probe_in(
    jail: Jail,
    path: Path,
    *,
    min_seconds: float = 0.0,
    max_seconds: float | None = None,
    limits: Limits | None = None,
) -> AudioFacts:
    """As `media.probe.probe`, in a child of this jail. Raises besides: JailBroken (an UnsupportedMedia), ZygoteLost."""
    told = jail.run(probe_here, min_seconds, max_seconds, file=path, limits=limits)
    try:
        believed = _Told.model_validate(told)
    except ValidationError as error:
        raise JailBroken("reply") from error
    return AudioFacts(**believed.model_dump(exclude={"warnings"}), warnings=tuple(believed.warnings))


def probe_here(path: Path, min_seconds: float, max_seconds: float | None) -> AudioFacts:
    """What the child runs."""
    from media.probe import probe  # loads FFmpeg: in the child alone

    return probe(path, min_seconds=min_seconds, max_seconds=max_seconds)


class _Told(BaseModel):
    """A child's facts, as far as they can be believed."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    container: str = Field(max_length=_MOST_LETTERS)
    codec: str = Field(max_length=_MOST_LETTERS)
    sample_rate: int = Field(ge=RATES[0], le=RATES[-1])
    channels: int = Field(ge=CHANNELS[0], le=CHANNELS[-1])
    bit_depth: Literal["16", "24", "32f"] | None
    duration_seconds: float | None
    warnings: list[tuple[str, str]] = Field(max_length=8)
