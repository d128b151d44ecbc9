"""What a jailed call came to, from what its child said and how it ended. Believes the child plain data alone."""

import errno
import json
import os
import signal
from typing import Any

from media.errors import JailBroken, MediaTooLong, MediaTooShort, UnsupportedMedia
from media.zygote.wire import Ending

_MOST_WORDS = 200


def judge(told: bytes, ending: Ending) -> Any:
    """The call's value. Raises its MediaError, OSError for an unreadable disk, JailBroken for all else."""
    if ending.cut is not None:
        raise JailBroken(ending.cut, cpu_seconds=ending.cpu_seconds)
    if ending.code < 0:
        raise JailBroken(_name_of(-ending.code), cpu_seconds=ending.cpu_seconds)
    if ending.code > 0:
        raise JailBroken("no reply")
    outcome = _parsed(told)
    if "value" in outcome:
        return outcome["value"]
    raise _error(outcome.get("raised"), outcome.get("told"))


def _parsed(told: bytes) -> dict[str, Any]:
    try:
        outcome = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise JailBroken("reply") from error
    if not isinstance(outcome, dict):
        raise JailBroken("reply")
    return outcome


def _error(kind: Any, told: Any) -> Exception:
    if kind == "UnsupportedMedia" and isinstance(told, str):
        return UnsupportedMedia(_printable(told))
    if kind == "MediaTooShort" and isinstance(told, float | int):
        return MediaTooShort(float(told))
    if kind == "MediaTooLong" and isinstance(told, float | int):
        return MediaTooLong(float(told))
    if kind == "OSError":
        return OSError(errno.EIO, os.strerror(errno.EIO))
    return JailBroken("memory" if kind == "MemoryError" else "fault", _printable(str(told)))


def _printable(words: str) -> str:
    return "".join(letter for letter in words[:_MOST_WORDS] if letter.isprintable())


def _name_of(number: int) -> str:
    if number == signal.SIGXCPU:
        return "processor time"
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
