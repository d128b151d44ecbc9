"""Binary containers that refer to other files, and files that are two things at once."""

import io
import struct
import zipfile

from tests.fuzz.pointers import Target
from tests.fuzz.seeds import encoded, seed

_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"dinf")


def disguises(target: Target) -> dict[str, bytes]:
    """Each file by what it is."""
    return _films(target) | _matroskas(target) | _twofold()


def _films(target: Target) -> dict[str, bytes]:
    song = encoded("mov", "pcm_s16le", "s16")
    path = f"{target.folder}/{target.name}".encode()
    url = b"\0\0\0\0" + f"file://{path.decode()}".encode() + b"\0"
    web = b"\0\0\0\0" + f"http://127.0.0.1:{target.tcp}/a.mov".encode() + b"\0"
    return {
        "MOV elsewhere": _referring(song, b"url ", b"\0\0\0\0"),
        "MOV in a file": _referring(song, b"url ", url),
        "MOV on the web": _referring(song, b"url ", web),
        "MOV by an alias": _referring(song, b"alis", b"\0\0\0\0" + _alias(path)),
        "MOV of movies": _atom(b"moov", _atom(b"rmra", _atom(b"rmda", _atom(b"rdrf", b"\0\0\0\0url " + url)))),
        "AVI with GAB2": _avi(b"GAB2\0\2\0" + b"\0" * 6 + f"#EXTM3U\n#EXTINF:1,\n{target.name}\n".encode()),
    }


def _atom(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _referring(content: bytes, kind: bytes, body: bytes) -> bytes:
    """The movie with its data reference replaced; the index is behind the samples, so nothing else moves."""
    found, at = [], 0
    while at < len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        inner = content[at + 8 : at + size]
        if name == b"dref":
            inner = struct.pack(">II", 0, 1) + _atom(kind, body)
        elif name in _PARENTS:
            inner = _referring(inner, kind, body)
        found.append(_atom(name, inner) if size >= 8 else content[at:])
        at += size if size >= 8 else len(content)
    return b"".join(found)


def _alias(path: bytes) -> bytes:
    """An alias record as FFmpeg reads it: 150 bytes of names and levels, then the absolute path."""
    return bytes(150) + struct.pack(">hH", 2, len(path)) + path + bytes(len(path) % 2) + struct.pack(">hH", -1, 0)


def _avi(subtitles: bytes) -> bytes:
    body = b"AVI LIST" + struct.pack("<I", 4 + len(subtitles)) + b"movi" + subtitles
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _matroskas(target: Target) -> dict[str, bytes]:
    song = seed("mkv")
    attached = b"\x19\x41\xa4\x69" + _sized(
        b"\x61\xa7"
        + _sized(
            b"\x46\x6e" + _sized(f"{target.folder}/{target.name}".encode()) + b"\x46\x5c" + _sized(b"#EXTM3U\n" * 64)
        )
    )
    # The segment's size is unknown or ends at the file's: what is appended after it is read as well.
    return {
        "Matroska with an attachment": song + attached,
        "Matroska that links on": song.replace(b"\x4d\x80", b"\x3c\xb9", 1).replace(b"\x57\x41", b"\x3e\xbb", 1),
    }


def _sized(body: bytes) -> bytes:
    return (0x10000000 | len(body)).to_bytes(4, "big") + body


def _twofold() -> dict[str, bytes]:
    song, script = seed("mp3"), b"ffconcat version 1.0\nfile /etc/passwd\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("song.mp3", song)
    heads = {
        "PDF": b"%PDF-1.7\n1 0 obj\nstream\n",
        "HTML": b"<!doctype html><script>fetch('http://127.0.0.1')</script>\n",
        "a program": b"\x7fELF\2\1\1" + bytes(57),
        "GIF": b"GIF89a\1\0\1\0\0\0\0",
        "a script": script,
    }
    cases = {f"{name}, then MP3": head + song for name, head in heads.items()}
    cases["MP3, then a script"] = song + script
    cases["MP3, then ZIP"] = song + archive.getvalue()
    cases["ZIP"] = archive.getvalue()
    return cases
