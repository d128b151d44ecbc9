"""What yt-dlp's errors mean for a job, by their class where it says enough, else by the words sites use."""

import re
from collections.abc import Callable, Sequence

from media.sources.sites.orders import Kind, Problem, shortened

_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("blocked", ("not a bot", "captcha", "drm", "http error 403", "http error 429", "too many requests", "rate-limit")),
    ("blocked", ("in your country", "your location", "geo restrict", "geo-restrict", "copyright grounds")),
    ("blocked", ("being blocked", "on this app", "on other websites", "restricted mode", "administrator")),
    ("private", ("private", "sign in", "log in", "login", "members-only", "join this channel", "age-restricted")),
    ("private", ("purchase", "payment", "premium", "registered users", "http error 401", "http error 402", "cookies")),
    ("private", ("inappropriate", "content may contain")),
    ("gone", ("unavailable", "not available", "isn't available", "removed", "no longer", "terminated")),
    ("gone", ("http error 404", "http error 410", "does not exist", "not a valid url")),
    ("gone", ("premieres in", "live event", "live stream")),
)
_SINGLE = "This link does not lead to one recording that can be fetched; send the link of a single track or video."
_SILENT = "There is no sound under this link in a form that can be fetched here."
_UNREAD = "What the site sent could not be read; it may have changed, and a newer yt-dlp be needed."
_UNSOLVED = "The script of the site's player could not be solved; the service needs a newer yt-dlp, or deno."
_OWN: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
    ("gone", _SINGLE, ("unsupported url", "no suitable extractor")),
    ("unavailable", _UNREAD, ("an extractor error has occurred", "unable to extract", "failed to parse")),
    ("unavailable", _UNREAD, ("no connection adapters", "are disabled by default")),
    ("gone", _SILENT, ("no video formats", "requested format is not available")),
)
"""Where yt-dlp speaks of itself rather than for the site."""
_UNREACHED = "any player response"
_FAILED = ("HTTP Error", "Failed to parse")

_EXTRACTOR = re.compile(r"^\[[\w:]+\] (\S+: )?")
_BEFORE_STATUS = re.compile(r"^.*?(?=HTTP Error \d)", re.DOTALL)
_ADVICE = (
    *("; please report this issue", " Use --", " See  https", " See https", "(caused by"),
    *("\nYou might want to", " It is recommended to use", " (http"),
)


def verdict(error: BaseException, *, is_geo: Callable[[BaseException], bool], warnings: Sequence[str] = ()) -> Problem:
    """The problem this error is. `is_geo` knows yt-dlp's class for a recording that is kept from this country.

    `warnings`: what was told before; the reason, where the error only says that nothing was found.
    """
    words = str(error).removeprefix("ERROR: ").strip()
    if is_geo(error):
        return Problem(kind="blocked", detail=shortened(_first_sentence(words)))
    problem = _of_words(words)
    if problem.detail == _SILENT or _UNREACHED in words:
        return next(filter(None, map(_reason, warnings)), problem)
    return problem


def unread() -> Problem:
    """The problem of a site that sends what no extractor is made for."""
    return Problem(kind="unavailable", detail=_UNREAD)


def _of_words(words: str) -> Problem:
    lowered = words.lower().replace("\u2019", "'")
    for kind, detail, signs in _OWN:
        if any(sign in lowered for sign in signs):
            return Problem(kind=kind, detail=detail)
    kind = next((kind for kind, signs in _WORDS if any(sign in lowered for sign in signs)), "unavailable")
    return Problem(kind=kind, detail=shortened(_first_sentence(words)))


def _reason(warning: str) -> Problem | None:
    """Why nothing was found, if this warning says it."""
    if "solving failed" in warning:
        return Problem(kind="unavailable", detail=_UNSOLVED)
    if not any(sign in warning for sign in _FAILED):
        return None
    problem = _of_words(warning)
    return None if problem.kind == "gone" else problem


def _first_sentence(words: str) -> str:
    """Without the extractor's name before it, and without yt-dlp's advice on how to run it."""
    words = _BEFORE_STATUS.sub("", _EXTRACTOR.sub("", words))
    for advice in _ADVICE:
        words = words.partition(advice)[0]
    return words.strip()
