"""Prefer: wait=N (RFC 7240): how long a caller is willing to wait for a better answer."""

import re

MAX_WAIT_SECONDS = 60
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?=$|[,;])", re.IGNORECASE)


def wait_seconds(prefer: str | None) -> int:
    """Whole seconds asked for, 0 to MAX_WAIT_SECONDS; 0 when nothing (or nonsense) was asked."""
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), MAX_WAIT_SECONDS) if found else 0


def applied(seconds: int) -> dict[str, str]:
    """The headers that say the wish was heard."""
    return {"Preference-Applied": f"wait={seconds}"} if seconds else {}
