"""An Ogg stream gets its constant serial number, with right checksums, however it arrives."""

import io

import numpy as np
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from media.ogg_pages import OggPages


def _checksum(data: bytes) -> int:
    """Ogg's checksum, bit by bit, as RFC 3533 says it."""
    register = 0
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register & 0x80000000 else 0)) & 0xFFFFFFFF
    return register


def _page(body: bytes, serial: bytes) -> bytes:
    lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = b"OggS\0\2" + bytes(8) + serial + bytes(4)
    rest = bytes([len(lacing)]) + lacing + body
    return head + _checksum(head + bytes(4) + rest).to_bytes(4, "little") + rest


@given(st.lists(st.tuples(st.binary(max_size=600), st.binary(min_size=4, max_size=4)), max_size=4), st.integers(1, 900))
def test_pages_get_the_same_serial_and_a_right_checksum(pages, step):
    stream = b"".join(_page(body, serial) for body, serial in pages)
    renumber = OggPages()
    changed = b"".join(renumber.push(stream[start : start + step]) for start in range(0, len(stream), step))
    assert changed == b"".join(_page(body, b"FMTS") for body, _ in pages)


def test_a_real_stream_stays_readable(sweep):
    target = io.BytesIO()
    soundfile.write(target, sweep(30_000).T, 44_100, format="OGG", subtype="VORBIS")
    changed = OggPages().push(target.getvalue())
    assert changed != target.getvalue()
    before, _ = soundfile.read(io.BytesIO(target.getvalue()))
    after, _ = soundfile.read(io.BytesIO(changed))
    assert np.array_equal(before, after)
