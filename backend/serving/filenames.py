"""Names of downloads, for Content-Disposition and inside archives."""

import re
import unicodedata
from urllib.parse import quote

_NOT_SAVED = re.compile(r'[<>:"|?*]')
"""What Windows takes for something else in the name of a file."""


def stem_filename(source: str, stem: str, extension: str) -> str:
    """`Song (vocals).flac` from `Song.mp3`; `extension` comes with its dot."""
    return f"{saved_title(source)} ({stem}){extension}"


def saved_title(source: str) -> str:
    """`Song` from `Song.mp3`, as a name any system can save: hidden, an option or a device's name on none of them."""
    title = _NOT_SAVED.sub("_", source.rsplit(".", 1)[0]).strip().lstrip(".-~ ")
    return title or "stems"


def attachment(filename: str) -> str:
    """A Content-Disposition that saves under `filename`, with a plain ASCII name for old clients (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%]', "_", plain) or "download"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
