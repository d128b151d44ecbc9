"""Files whose content is far more than they are: hours of silence, endless chunks, a hundred thousand comments."""

import struct

from tests.fuzz.checksums import crc8, crc16, ogg_crc
from tests.fuzz.seeds import seed

_DAY_SECONDS = 86_400
_BLOCK = 65_535
_OPUS_PAGE_PACKETS = 250


def flac_of_silence(seconds: float, *, claimed: int | None = None) -> bytes:
    """A FLAC file of constant blocks, about 8 bytes a second and a half; `claimed`: frames its header tells."""
    rate = 44_100
    frames = int(seconds * rate)
    told = frames if claimed is None else claimed
    facts = (rate << 44 | 1 << 41 | 15 << 36 | told).to_bytes(8, "big")
    parts = [b"fLaC", b"\x80\0\0\x22", struct.pack(">HH", _BLOCK, _BLOCK), bytes(6), facts, bytes(16)]
    for number in range(frames // _BLOCK):
        # Fixed blocks of 65,535 at 44.1 kHz, two channels of 16 bits, each a constant zero.
        head = b"\xff\xf8\x79\x18" + _as_utf8(number) + struct.pack(">H", _BLOCK - 1)
        head += bytes([crc8(head)])
        body = head + b"\0\0\0\0\0\0"
        parts.append(body + struct.pack(">H", crc16(body)))
    return b"".join(parts)


def _as_utf8(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass")


def opus_of_silence(seconds: float) -> bytes:
    """An Ogg Opus file of packets that say "nothing, for 120 ms" in two bytes."""
    count = int(seconds / (0.12 * _OPUS_PAGE_PACKETS))
    return _opus(serial=7, pages=count)


def _opus(*, serial: int, pages: int, packets: int = _OPUS_PAGE_PACKETS) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 2, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    silence = [b"\xff\x06"] * packets  # six frames of 20 ms, none of which has a byte
    made = [_page([head], 0, 0, begins=True, serial=serial), _page([tags], 0, 1, serial=serial)]
    made += [_page(silence, (at + 1) * packets * 5_760, at + 2, serial=serial) for at in range(pages)]
    return b"".join(made)


def _page(packets: list[bytes], position: int, number: int, *, begins: bool = False, serial: int = 7) -> bytes:
    laces = bytes(len(packet) for packet in packets)
    page = struct.pack("<4sBBqIIIB", b"OggS", 0, 2 if begins else 0, position, serial, number, 0, len(laces))
    page += laces + b"".join(packets)
    return page[:22] + struct.pack("<I", ogg_crc(page)) + page[26:]


def chained_ogg(links: int) -> bytes:
    """So many streams one after the other, a second of silence each."""
    return b"".join(_opus(serial=number, pages=1, packets=9) for number in range(links))


def commented_flac(comments: int) -> bytes:
    """A song with this many comments, each of another name."""
    song = seed("flac")
    words = [f"A{number:x}=b".encode() for number in range(comments)]
    body = bytes(4) + struct.pack("<I", comments) + b"".join(struct.pack("<I", len(word)) + word for word in words)
    return b"fLaC\0" + song[5:42] + b"\x04" + len(body).to_bytes(3, "big") + body + song[42:]


def id3_before_mp3(size: int, *, claimed: int | None = None) -> bytes:
    """A song behind a tag of so many bytes."""
    told = size if claimed is None else claimed
    head = b"ID3\4\0\0" + bytes(told >> shift & 127 for shift in (21, 14, 7, 0))
    frame = b"PRIV" + bytes(size >> shift & 127 for shift in (21, 14, 7, 0)) + b"\0\0"
    return head + frame + bytes(max(0, size - 10)) + seed("mp3")


def nested_atoms(depth: int) -> bytes:
    """An MP4 whose index is a box in a box in a box."""
    body = b""
    for _ in range(depth):
        body = struct.pack(">I4s", 8 + len(body), b"trak") + body
    return seed("m4a")[:32] + struct.pack(">I4s", 8 + len(body), b"moov") + body


def bombs() -> dict[str, bytes]:
    """Each by what it is."""
    wav = seed("wav16")
    return {
        "24 h of silence in FLAC": flac_of_silence(_DAY_SECONDS),
        "24 h of silence in FLAC that tells 1 s": flac_of_silence(_DAY_SECONDS, claimed=44_100),
        "24 h of silence in FLAC that tells nothing": flac_of_silence(_DAY_SECONDS, claimed=0),
        "24 h of silence in Opus": opus_of_silence(_DAY_SECONDS),
        "10,000 streams in one Ogg": chained_ogg(10_000),
        "1,000 songs in one Ogg": seed("vorbis") * 1_000,
        "100,000 comments": commented_flac(100_000),
        "90 MB of ID3": id3_before_mp3(90_000_000),
        "an ID3 tag that is not there": id3_before_mp3(100, claimed=2**28 - 1),
        "60 MB of empty chunks": wav[:36] + bytes(60_000_000),
        "an MP4 of 5,000 boxes in boxes": nested_atoms(5_000),
        "1,000,000 MP3 frames of nothing": _tiny_mp3_frames(1_000_000),
    }


def _tiny_mp3_frames(count: int) -> bytes:
    """Silent frames at 8 kbit/s and 24 kHz, 24 bytes each: 24 ms of sound."""
    return (b"\xff\xf3\x14\xc4" + bytes(20)) * count
