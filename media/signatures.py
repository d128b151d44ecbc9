"""Names what a file's first bytes look like, for a friendly error. Decoding decides, but where FFmpeg only guesses."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\xff\xfe", "plain text"),
    (0, b"\xfe\xff", "plain text"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\xfd7zXZ\x00", "an XZ archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"SQLite format 3\x00", "a database"),
    (0, b"MThd", "MIDI notes, which hold no sound"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"DSD ", "DSD audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"TTA1", "True Audio"),
    (0, b"#!AMR", "AMR speech"),
    (0, b".snd", "Sun audio"),
    (0, b"\x0b\x77", "Dolby Digital"),
    (0, b".RMF", "RealMedia"),
    (0, b"\x00\x00\x01\xba", "an MPEG program stream"),
    (8, b"AVI ", "AVI video"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftypheic", "a HEIC picture"),
    (8, b"WAVE", "WAV"),
    (8, b"AIFF", "AIFF"),
    (8, b"AIFC", "AIFF"),
    (0, b"fLaC", "FLAC"),
    (0, b"OggS", "Ogg"),
    (0, b"ID3", "MP3"),
    (4, b"ftyp", "MP4"),
    (0, b"\x1aE\xdf\xa3", "Matroska"),
    (0, b"caff", "CAF"),
)

_TEXTS: tuple[tuple[str, str], ...] = (
    ("#extm3u", "an HLS or M3U playlist"),
    ("ffconcat", "an ffconcat script"),
    ("v=0\n", "an SDP session description"),
    ("v=0\r", "an SDP session description"),
    ("<!doctype html", "an HTML page"),
    ("<html", "an HTML page"),
    ("{", "JSON text"),
)

_MARKUPS: tuple[tuple[str, str], ...] = (
    ("<mpd", "a DASH manifest"),
    ("<svg", "an SVG picture"),
    ("<html", "an HTML page"),
)

HEAD_BYTES = 4096
"""How much of a file's beginning `look_like` wants to see."""


def look_like(head: bytes) -> str:
    """What a file that begins with `head` looks like, as a few words that fit behind "found"."""
    if not head:
        return "an empty file"
    for offset, magic, name in _MAGIC:
        if head.startswith(magic, offset):
            return name
    return "MP3" if _begins_with_mpeg_frame(head) else _kind_of_text(head) or "unknown data"


def misread(head: bytes) -> str | None:
    """What the file that begins with `head` is, where FFmpeg would make noise of its sound without a word."""
    if head.startswith(b"RIFX"):
        return "WAV with its bytes in the other order (RIFX); save it as an ordinary WAV"
    common = head.find(b"COMM") if head.startswith(b"AIFC", 8) else -1
    bits = int.from_bytes(head[common + 14 : common + 16], "big")
    if common > 0 and head[common + 26 : common + 30] == b"sowt" and bits > 16:
        return f"AIFF with little-endian samples of {bits} bits; save it as an ordinary AIFF, WAV or FLAC"
    return None


def _begins_with_mpeg_frame(head: bytes) -> bool:
    # Eleven set bits; then a version, layer II or III, a bit rate and a sample rate that exist.
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer in (1, 2) and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _kind_of_text(head: bytes) -> str | None:
    text = _as_text(head)
    if text is None:
        return None
    start = text.lstrip().lower()
    for opening, name in _TEXTS:
        if start.startswith(opening):
            return name
    if start.startswith("<"):
        return next((name for tag, name in _MARKUPS if tag in start), "an XML document")
    return "plain text"


def _as_text(head: bytes) -> str | None:
    # The head may end inside a character of several bytes, so up to three bytes at the end are forgiven.
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return text if not any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text) else None
    return None
