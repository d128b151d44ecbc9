"""What yt-dlp's errors mean for a job, by their class where it says enough, else by the words sites use."""

import re
from collections.abc import Callable

from media.sources.sites.orders import Kind, Problem, shortened

_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("blocked", ("not a bot", "captcha", "drm", "http error 403", "http error 429", "too many requests", "rate-limit")),
    ("blocked", ("in your country", "your location", "geo restrict", "geo-restrict", "copyright grounds")),
    ("private", ("private", "sign in", "log in", "login", "members-only", "join this channel", "age-restricted")),
    ("private", ("purchase", "premium", "registered users", "http error 401", "http error 402", "cookies")),
    ("gone", ("unavailable", "not available", "removed", "http error 404", "http error 410", "no longer")),
    ("gone", ("terminated", "does not exist", "not a valid url")),
)
_EXTRACTOR = re.compile(r"^\[[\w:]+\] (\S+: )?")
_BEFORE_STATUS = re.compile(r"^.*?(?=HTTP Error \d)", re.DOTALL)
_ADVICE = (
    "; please report this issue",
    " Use --",
    " See  https",
    " See https",
    "(caused by",
    "\nYou might want to use",
)
_SILENT = "There is no sound under this link in a form that can be fetched here."
_SINGLE = "This link does not lead to one recording that can be fetched; send the link of a single track or video."


def verdict(error: BaseException, *, is_geo: Callable[[BaseException], bool]) -> Problem:
    """The problem this error is. `is_geo` knows yt-dlp's class for a recording that is kept from this country."""
    words = str(error).removeprefix("ERROR: ").strip()
    if is_geo(error):
        return Problem(kind="blocked", detail=shortened(_first_sentence(words)))
    lowered = words.lower().replace("\u2019", "'")
    if "unsupported url" in lowered or "no suitable extractor" in lowered:
        return Problem(kind="gone", detail=_SINGLE)
    if "no video formats" in lowered or "requested format is not available" in lowered:
        return Problem(kind="gone", detail=_SILENT)
    kind = next((kind for kind, signs in _WORDS if any(sign in lowered for sign in signs)), "unavailable")
    return Problem(kind=kind, detail=shortened(_first_sentence(words)))


def _first_sentence(words: str) -> str:
    """Without the extractor's name before it, and without yt-dlp's advice on how to run it."""
    words = _BEFORE_STATUS.sub("", _EXTRACTOR.sub("", words))
    for advice in _ADVICE:
        words = words.partition(advice)[0]
    return words.strip()
