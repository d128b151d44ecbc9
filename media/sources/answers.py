"""Reads the head of an HTTP answer to a fetch: where it leads, what it holds, or why there is nothing. Pure."""

import re
from dataclasses import dataclass
from email.message import Message

from media.sources.errors import SourceBlocked, SourcePrivate, SourceUnavailable

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/(?:([0-9]{1,18})|\*)")
_NOWHERE = -1


@dataclass(frozen=True)
class Answer:
    """`location` alone for a redirect; else bytes from `begins_at` on. `whole`: where the file ends, when that is told.

    `validator`: what If-Range may carry to continue the same bytes later.
    """

    location: str | None = None
    begins_at: int = 0
    whole: int | None = None
    validator: str | None = None
    filename: str = ""


def read_answer(status: int, headers: list[tuple[bytes, bytes]], *, host: str) -> Answer:
    """What the head says. Raises SourceError when there is nothing to be had."""
    told = {name.decode("latin-1").lower(): _text(value).strip() for name, value in headers}
    if status in _REDIRECTS and "location" in told:
        return Answer(location=told["location"])
    if status == 416:  # what was there has become shorter: from the start
        return Answer(begins_at=_NOWHERE)
    if status not in (200, 206):
        raise _refusal(status, host)
    if told.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise SourceUnavailable(f"{host} sends the file compressed, though it was asked not to.", lasting=True)
    begins_at, whole = (0, None) if status == 200 else _span(told.get("content-range", ""))
    length = told.get("content-length", "")
    if whole is None and length.isascii() and length.isdigit():
        whole = max(begins_at, 0) + int(length)
    return Answer(
        begins_at=begins_at,
        whole=whole,
        validator=_validator(told),
        filename=_filename(told.get("content-disposition", "")),
    )


def _text(value: bytes) -> str:
    """UTF-8, which many servers send bare in names and addresses, else Latin-1."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _span(content_range: str) -> tuple[int, int | None]:
    """Where a part begins, and where the whole ends: a part may be shorter than what was asked for."""
    found = _RANGE.fullmatch(content_range)
    if found is None:
        return _NOWHERE, None
    return int(found[1]), None if found[2] is None else int(found[2])


def _validator(told: dict[str, str]) -> str | None:
    """A strong ETag, else the date of the last change; a weak ETag promises no equal bytes (RFC 9110, 13.1.5)."""
    tag = told.get("etag", "")
    return tag if tag.startswith('"') else told.get("last-modified")


def _filename(disposition: str) -> str:
    message = Message()
    message["Content-Disposition"] = disposition
    try:
        return message.get_filename("") if disposition else ""
    except (ValueError, LookupError):  # a charset that there is not
        return ""


def _refusal(status: int, host: str) -> Exception:
    match status:
        case 401 | 407:
            return SourcePrivate(f"{host} gives this only to people who are signed in.", lasting=True)
        case 403 | 451:
            return SourceBlocked(f"{host} refuses to give this to this service ({status}).", lasting=True)
        case 404 | 410:
            return SourceUnavailable(f"{host} has nothing under this link ({status}).", lasting=True)
        case 429:
            return SourceUnavailable(f"{host} asks to wait before anything more is fetched (429).")
    return SourceUnavailable(f"{host} answers with an error ({status}).", lasting=400 <= status < 500)
