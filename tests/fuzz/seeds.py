"""Twelve kinds of honest recordings, made on the spot: what the mutated ones are made from."""

import functools
import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import numpy as np
import soundfile

RATE = 48_000
_SECONDS = 1.0


def sound(seconds: float = _SECONDS, channels: int = 2) -> np.ndarray:
    """Sweeps in a little noise (channels x frames, float32)."""
    time = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(3).standard_normal((channels, time.size))
    tones = np.stack([np.sin(2 * np.pi * (220 + 110 * row) * time * (1 + time)) for row in range(channels)])
    return (0.3 * tones + 0.02 * noise).astype(np.float32)


def encoded(muxer: str, codec: str, kind: str, *, pictures: bool = False, **options: str) -> bytes:
    """The sound through FFmpeg; `pictures`: with a second of moving ones beside it."""
    file = io.BytesIO()
    with av.open(file, "w", format=muxer, options=options) as container:
        stream: Any = container.add_stream(codec, rate=RATE, layout="stereo")
        stream.codec_context.format = kind
        film = _film(container) if pictures else None
        container.start_encoding()
        if film is not None:
            for shade in range(25):
                picture = np.full((64, 64, 3), 10 * shade, dtype=np.uint8)
                container.mux(film.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        frame = av.AudioFrame.from_ndarray(_packed(sound(), kind), format=kind, layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if film is not None:
            container.mux(film.encode(None))
    return file.getvalue()


def _film(container: Any) -> Any:
    stream = container.add_stream("mpeg4", rate=25)
    stream.width = stream.height = 64
    stream.pix_fmt = "yuv420p"
    return stream


def _packed(samples: np.ndarray, kind: str) -> np.ndarray:
    values = samples
    if kind.startswith("s16"):
        values = np.rint(samples * 32_767).astype(np.int16)
    elif kind.startswith("s32"):
        values = np.rint(samples * (2**23 - 1)).astype(np.int32) << 8
    return np.ascontiguousarray(values if kind.endswith("p") else values.T.reshape(1, -1))


def _by_sndfile(form: str, subtype: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound().T, RATE, format=form, subtype=subtype)
    return file.getvalue()


_MAKERS: dict[str, Callable[[], bytes]] = {
    "wav16": lambda: _by_sndfile("WAV", "PCM_16"),
    "wav24": lambda: _by_sndfile("WAV", "PCM_24"),
    "wavf32": lambda: _by_sndfile("WAV", "FLOAT"),
    "aiff": lambda: _by_sndfile("AIFF", "PCM_16"),
    "flac": lambda: encoded("flac", "flac", "s16"),
    "mp3": lambda: encoded("mp3", "libmp3lame", "fltp"),
    "mp3 without a header": lambda: encoded("mp3", "libmp3lame", "fltp", write_xing="0"),
    "vorbis": lambda: _by_sndfile("OGG", "VORBIS"),
    "opus": lambda: encoded("ogg", "libopus", "flt"),
    "m4a": lambda: encoded("ipod", "aac", "fltp"),
    "alac": lambda: encoded("ipod", "alac", "s16p"),
    "webm": lambda: encoded("webm", "libopus", "flt"),
    "mkv": lambda: encoded("matroska", "flac", "s16"),
    "film": lambda: encoded("mp4", "aac", "fltp", pictures=True),
}
NAMES = tuple(_MAKERS)


@functools.cache
def seed(name: str) -> bytes:
    """The recording of this name."""
    return _MAKERS[name]()
