"""A recording's name as people see it, cleaned. Never used as a path."""

import re
import unicodedata

MAX_BYTES = 180
_UNWANTED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def display_name(raw: str) -> str:
    """The last part of `raw`, NFC, without control or direction marks, at most 180 bytes of UTF-8."""
    last = re.split(r"[/\\]", raw)[-1]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in _UNWANTED)
    return kept.strip().encode()[:MAX_BYTES].decode(errors="ignore")
