"""Sounds and files made on the spot. Foreign files are written with PyAV directly, not with the encoder under test."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

Sound = Callable[..., np.ndarray]
Foreign = Callable[..., Path]


def _sweep(frames: int, *, rate: int = 44_100, channels: int = 2) -> np.ndarray:
    """Sweeps with a little smooth noise: easy on every codec, and sharp in a cross-correlation."""
    time = np.arange(frames) / rate
    noise = np.random.default_rng(7).standard_normal((channels, frames + 15))
    smooth = np.stack([np.convolve(row, np.ones(16) / 16, "valid") for row in noise])
    tones = np.stack([np.sin(2 * np.pi * (220 + 110 * row) * time * (1 + time)) for row in range(channels)])
    return (0.3 * tones + 0.05 * smooth).astype(np.float32)


@pytest.fixture
def sweep() -> Sound:
    return _sweep


def _packed(samples: np.ndarray, kind: str) -> np.ndarray:
    if kind in ("flt", "fltp"):
        values = samples.astype(np.float32)
    elif kind in ("s16", "s16p"):
        values = np.rint(samples * 32767).astype(np.int16)
    elif kind == "u8":
        values = np.rint(samples * 127 + 128).astype(np.uint8)
    else:
        values = np.rint(samples * (2**23 - 1)).astype(np.int32) << 8
    return np.ascontiguousarray(values if kind.endswith("p") else values.T.reshape(1, -1))


def _write_foreign(
    path: Path, samples: np.ndarray, *, rate: int, muxer: str, codec: str, kind: str, kbps: int = 0, **options: str
) -> Path:
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[0]]
    with av.open(str(path), "w", format=muxer, options={"fflags": "+bitexact", **options}) as container:
        stream: Any = container.add_stream(codec, rate=rate, layout=layout)
        stream.codec_context.format = kind
        if kbps:
            stream.codec_context.bit_rate = 1000 * kbps
        container.start_encoding()
        for start in range(0, samples.shape[1], 20_000):
            frame = av.AudioFrame.from_ndarray(
                _packed(samples[:, start : start + 20_000], kind), format=kind, layout=layout
            )
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def foreign(tmp_path: Path) -> Foreign:
    """`foreign(samples, rate=..., muxer=..., codec=..., kind=...)` writes a file with no telling name."""

    def write(samples: np.ndarray, *, name: str = "upload.bin", rate: int = 44_100, **how: Any) -> Path:
        return _write_foreign(tmp_path / name, samples, rate=rate, **how)

    return write


@pytest.fixture
def video(tmp_path: Path) -> Callable[[str], Path]:
    """A Matroska or MP4 file that holds one second of moving pictures and nothing else."""

    def write(muxer: str) -> Path:
        path = tmp_path / "film.mp3"
        with av.open(str(path), "w", format=muxer) as container:
            stream: Any = container.add_stream("mpeg4", rate=25)
            stream.width = stream.height = 64
            stream.pix_fmt = "yuv420p"
            for shade in range(25):
                picture = np.full((64, 64, 3), shade, dtype=np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def film(tmp_path: Path) -> Callable[[str], Path]:
    """A Matroska or MP4 file with one second of moving pictures, and of sound."""

    def write(muxer: str) -> Path:
        path = tmp_path / "film.mp3"
        with av.open(str(path), "w", format=muxer) as container:
            pictures: Any = container.add_stream("mpeg4", rate=25)
            pictures.width = pictures.height = 64
            pictures.pix_fmt = "yuv420p"
            sound: Any = container.add_stream("aac", rate=44_100, layout="stereo")
            for shade in range(25):
                picture = np.full((64, 64, 3), shade, dtype=np.uint8)
                container.mux(pictures.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            frame = av.AudioFrame.from_ndarray(_packed(_sweep(44_100), "fltp"), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 44_100, 0, Fraction(1, 44_100)
            container.mux(sound.encode(frame))
            container.mux(pictures.encode(None))
            container.mux(sound.encode(None))
        return path

    return write


@pytest.fixture
def many_streams(tmp_path: Path) -> Callable[[int], Path]:
    """A Matroska file with so many audio streams."""

    def write(count: int) -> Path:
        path = tmp_path / f"{count}.mka"
        with av.open(str(path), "w", format="matroska") as container:
            streams: Any = [container.add_stream("pcm_s16le", rate=44_100, layout="stereo") for _ in range(count)]
            frame = av.AudioFrame.from_ndarray(_packed(_sweep(4_410), "s16"), format="s16", layout="stereo")
            frame.sample_rate = 44_100
            for stream in streams:
                frame.pts, frame.time_base = 0, Fraction(1, 44_100)
                container.mux(stream.encode(frame))
                container.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def two_streams(many_streams: Callable[[int], Path]) -> Path:
    """A Matroska file with two audio streams."""
    return many_streams(2)


@pytest.fixture
def several_codecs(tmp_path: Path) -> Callable[..., Path]:
    """A Matroska file with an audio stream by each of these codecs, which take planar floats."""

    def write(*codecs: str) -> Path:
        path = tmp_path / "-".join(codecs)
        with av.open(str(path), "w", format="matroska") as container:
            streams: Any = [container.add_stream(codec, rate=48_000, layout="stereo") for codec in codecs]
            frame = av.AudioFrame.from_ndarray(
                _packed(_sweep(1_024, rate=48_000), "fltp"), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
            for number in range(20):
                for stream in streams:
                    frame.pts = number * 1_024
                    container.mux(stream.encode(frame))
            for stream in streams:
                container.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def subtitled(foreign: Foreign, tmp_path: Path) -> Callable[[int], Path]:
    """A Matroska file with one audio stream and so many of subtitles."""

    def write(count: int) -> Path:
        path = tmp_path / f"{count} subtitles"
        sound = foreign(_sweep(44_100), muxer="matroska", codec="flac", kind="s16")
        with av.open(str(sound)) as source, av.open(str(path), "w", format="matroska") as target:
            copied = target.add_stream_from_template(source.streams.audio[0])
            for _ in range(count):
                target.add_stream("ass")
            for packet in source.demux(source.streams.audio[0]):
                if packet.size:
                    packet.stream = copied
                    target.mux(packet)
        return path

    return write
