"""Names of files as people see them: cleaned for display and for Content-Disposition. Never used as a path."""

import re
import unicodedata
from urllib.parse import quote

MAX_BYTES = 180
_UNWANTED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def display_name(raw: str) -> str:
    """The last part of `raw`, NFC, without control or direction marks, at most 180 bytes of UTF-8."""
    last = re.split(r"[/\\]", raw)[-1]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in _UNWANTED)
    return kept.strip().encode()[:MAX_BYTES].decode(errors="ignore")


def stem_filename(source: str, stem: str, extension: str) -> str:
    """`Song (vocals).flac` from `Song.mp3`; `extension` comes with its dot."""
    title = source.rsplit(".", 1)[0].strip() or "stems"
    return f"{title} ({stem}){extension}"


def attachment(filename: str) -> str:
    """A Content-Disposition that saves under `filename`, with a plain ASCII name for old clients (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%]', "_", plain) or "download"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
