"""Which keys a blob may have: plain parts between slashes, so that none can point out of its storage."""

import re

_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}"
_KEY = re.compile(rf"{_PART}(?:/{_PART}){{0,7}}")


def checked_key(key: str) -> str:
    """The key, when it is one. Raises ValueError for an absolute, dotted, hidden, overlong or strange one."""
    if _KEY.fullmatch(key) is None:
        raise ValueError(f"not a blob's key: {key[:200]!r}")
    return key
