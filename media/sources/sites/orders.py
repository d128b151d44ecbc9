"""What goes between a fetch and its child: one order, then news, then one outcome. Believes plain data alone."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from media.limits import Limits
from media.walls import Wall

MOST_BYTES = 65_536
DOOR = b"door"
"""What comes with the listening socket, before any news."""
_MOST_LETTERS = 500

Kind = Literal["unavailable", "gone", "blocked", "private", "too_long", "too_large"]


@dataclass(frozen=True, kw_only=True)
class SiteOrder:
    """One recording to fetch into the working folder; `download` false only looks whether it could be.

    `is_short`: the link only redirects to the recording's own.
    """

    url: str
    extractor: tuple[str, str]
    most_seconds: float
    most_bytes: int
    stall_seconds: float
    limits: Limits
    deno: str | None = None
    cookies: str | None = None
    certificates: str | None = None
    download: bool = True
    is_short: bool = False

    def told(self) -> bytes:
        """As the child receives it."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, data: bytes) -> "SiteOrder":
        """The order of these bytes."""
        told = json.loads(data)
        told["limits"], told["extractor"] = Limits(**told["limits"]), tuple(told["extractor"])
        return cls(**told)


class _News(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ready(_News):
    """The child is confined as well as this system allows; `missing` says which walls do not stand, and why."""

    type: Literal["ready"] = "ready"
    missing: dict[Wall, str] = {}


class Progressed(_News):
    """So many bytes are there."""

    type: Literal["progressed"] = "progressed"
    done: int = Field(ge=0)
    total: int | None = Field(None, ge=0)


class Found(_News):
    """The recording is there: a file of the working folder by its plain name, and what the site says of it."""

    type: Literal["found"] = "found"
    file: str | None = Field(None, pattern=r"^recording\.[A-Za-z0-9]{1,8}$")
    title: str = Field("", max_length=_MOST_LETTERS)
    uploader: str = Field("", max_length=_MOST_LETTERS)
    duration_seconds: float | None = Field(None, ge=0)


class Problem(_News):
    """There is no recording; `detail` is the site's own words, for people."""

    type: Literal["problem"] = "problem"
    kind: Kind
    detail: str = Field("", max_length=_MOST_LETTERS)


News = Ready | Progressed | Found | Problem


def shortened(text: Any) -> str:
    """What may be told of a text of the site's."""
    told = text[:_MOST_LETTERS] if isinstance(text, str) else ""
    return "".join(letter for letter in told.replace("\n", " ") if letter.isprintable())


def read_news(data: bytes) -> News | None:
    """What a child says; None when that is no news."""
    try:
        return _news_form().validate_json(data)
    except ValidationError:
        return None


@cache
def _news_form() -> TypeAdapter[News]:
    return TypeAdapter(News)
