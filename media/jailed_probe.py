"""Probing in a jail: a recording's facts without loading FFmpeg into this process. Knows no job."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from media.errors import JailBroken
from media.facts import AudioFacts
from media.jail import Jail


def probe_in(jail: Jail, path: Path, *, min_seconds: float = 0.0) -> AudioFacts:
    """As `media.probe.probe`, in a child of this jail. Raises besides: JailBroken (an UnsupportedMedia), ZygoteLost."""
    told = jail.run(probe_here, min_seconds, file=path)
    try:
        return _facts_form().validate_python(told)
    except ValidationError as error:
        raise JailBroken("reply") from error


def probe_here(path: Path, min_seconds: float) -> AudioFacts:
    """What the child runs."""
    from media.probe import probe  # loads FFmpeg: in the child alone

    return probe(path, min_seconds=min_seconds)


@cache
def _facts_form() -> TypeAdapter[AudioFacts]:
    return TypeAdapter(AudioFacts)
