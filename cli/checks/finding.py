"""One thing found out about this machine, in words for a person."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "broken"]


@dataclass(frozen=True)
class Finding:
    """`subject`: what was looked at. `detail`: what was found. `advice`: what to do about it, when something is.

    `note` is something that only some uses need; `broken` keeps the main job (a recording in, stems out) from working.
    """

    subject: str
    verdict: Verdict
    detail: str
    advice: str = ""


def ok(subject: str, detail: str) -> Finding:
    """It works."""
    return Finding(subject, "ok", detail)


def note(subject: str, detail: str, advice: str) -> Finding:
    """Not needed for the main job, but worth knowing."""
    return Finding(subject, "note", detail, advice)


def broken(subject: str, detail: str, advice: str) -> Finding:
    """The main job does not work like this."""
    return Finding(subject, "broken", detail, advice)
