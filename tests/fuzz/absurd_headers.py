"""Recordings whose headers cannot be meant: rates, channels, lengths and samples out of this world."""

import struct

import numpy as np

from tests.fuzz.seeds import seed

_FLOAT = 3


def wav(
    samples: bytes,
    *,
    rate: int = 48_000,
    channels: int = 2,
    bits: int = 16,
    form: int = 1,
    told: int | None = None,
    magic: bytes = b"RIFF",
) -> bytes:
    """A WAV file whose header says what is asked; `told`: bytes of sound it claims."""
    width = max(1, bits // 8)
    facts = struct.pack(
        "<HHIIHH", form, channels, rate, rate * channels * width & 0xFFFFFFFF, channels * width & 0xFFFF, bits
    )
    size = len(samples) if told is None else told
    return (
        magic
        + struct.pack("<I4s4sI", (36 + size) & 0xFFFFFFFF, b"WAVE", b"fmt ", 16)
        + facts
        + struct.pack("<4sI", b"data", size & 0xFFFFFFFF)
        + samples
    )


def _floats(value: float, kind: str = "<f4") -> bytes:
    samples = np.full(96_000, 0.1, dtype=kind)
    samples[20_000] = value
    return wav(samples.tobytes(), form=_FLOAT, bits=8 * samples.itemsize)


def _rf64() -> bytes:
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, 2**60, 2**60, 2**58, 0)
    plain = wav(bytes(60), told=0xFFFFFFFF, magic=b"RF64")
    return plain[:12] + sizes + plain[12:]


def _overwritten(name: str, mark: bytes, offset: int, value: bytes) -> bytes:
    content = bytearray(seed(name))
    at = content.index(mark) + offset
    content[at : at + len(value)] = value
    return bytes(content)


def _aiff(rate: bytes) -> bytes:
    """The ten bytes of a rate as an 80-bit number."""
    return _overwritten("aiff", b"COMM", 16, rate)


def _sound(frames: int) -> bytes:
    return np.zeros(2 * frames, dtype="<i2").tobytes()


def absurd_headers() -> dict[str, bytes]:
    """Each by what it says."""
    second = _sound(48_000)
    return {
        "4 GB of WAV in 100 bytes": wav(bytes(56), told=0xFFFFFFFF),
        "2^60 bytes of RF64": _rf64(),
        "255 channels": wav(second, channels=255),
        "65,535 channels": wav(second, channels=65_535),
        "no channels": wav(second, channels=0),
        "1 Hz": wav(second, rate=1),
        "0 Hz": wav(second, rate=0),
        "768 kHz": wav(second, rate=768_000),
        "4 GHz": wav(second, rate=0xFFFFFFFF),
        "no bits": wav(second, bits=0),
        "1,000 bits": wav(second, bits=1_000),
        "NaN": _floats(np.nan),
        "infinite": _floats(np.inf),
        "minus infinite": _floats(-np.inf),
        "1e30": _floats(1e30),
        "1e300": _floats(1e300, "<f8"),
        "no sample": wav(b""),
        "one sample": wav(_sound(1)),
        "half a sample": wav(b"\0"),
        "AIFF at infinity": _aiff(b"\x7f\xff\x80" + bytes(7)),
        "AIFF below zero": _aiff(b"\xc0\x0e\xac\x44" + bytes(6)),
        "FLAC of 2^36 samples": _overwritten("flac", b"fLaC", 21, b"\xff\xff\xff\xff\xff"),
        "FLAC of 1-sample blocks": _overwritten("flac", b"fLaC", 8, b"\0\1\0\1"),
        "an MP3 that tells 2^32 frames": _overwritten("mp3", b"Info", 8, b"\xff\xff\xff\xff"),
        "an MP4 of 2^32 samples": _overwritten("m4a", b"stsz", 8, b"\0\0\0\1\xff\xff\xff\xff"),
        "an MP4 of 2^32 durations": _overwritten("m4a", b"stts", 8, b"\xff\xff\xff\xff"),
        "an MP4 clock of 0": _overwritten("m4a", b"mdhd", 16, bytes(4)),
        "an Opus gain of 128 dB": _overwritten("opus", b"OpusHead", 16, b"\xff\x7f"),
    }
