"""Names of downloads, for Content-Disposition and inside archives."""

import re
import unicodedata
from urllib.parse import quote


def stem_filename(source: str, stem: str, extension: str) -> str:
    """`Song (vocals).flac` from `Song.mp3`; `extension` comes with its dot."""
    title = source.rsplit(".", 1)[0].strip() or "stems"
    return f"{title} ({stem}){extension}"


def attachment(filename: str) -> str:
    """A Content-Disposition that saves under `filename`, with a plain ASCII name for old clients (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%]', "_", plain) or "download"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
