"""Recordings for the tests: a short made-up song in each format people send."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from media.decode import decode
from media.encode import Encoder, OutputFormat
from media.probe import probe

SECONDS = 3.0


@dataclass(frozen=True)
class Kind:
    """A format as people send it; `codec` names PyAV's encoder where media has none of its own."""

    ending: str
    sample_rate: int
    channels: int = 2
    codec: str | None = None


KINDS = (
    Kind("wav", 44_100),
    Kind("mp3", 44_100),
    Kind("flac", 48_000),
    Kind("m4a", 44_100),
    Kind("ogg", 32_000),
    Kind("opus", 48_000, codec="libopus"),
    Kind("aiff", 22_050, channels=1, codec="pcm_s16be"),
    Kind("webm", 48_000, codec="libopus"),
)


@dataclass(frozen=True)
class Form:
    """What a stem must have in common with its song."""

    frames: int
    sample_rate: int
    channels: int


def form_of(path: Path) -> Form:
    """The form of an audio file, by decoding all of it."""
    facts = probe(path)
    return Form(sum(block.shape[1] for block in decode(path)), facts.sample_rate, facts.channels)


def song(kind: Kind, seconds: float = SECONDS) -> np.ndarray:
    """A chord that swells, a beat of noise; channels x frames."""
    rng = np.random.default_rng(7)
    time = np.arange(int(seconds * kind.sample_rate)) / kind.sample_rate
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (110.0, 220.0, 277.2, 329.6)) * np.sin(np.pi * time) ** 2
    beat = rng.normal(size=time.size) * np.exp(-12 * (time % 0.5))
    mono = (0.1 * chord + 0.1 * beat).astype(np.float32)
    return np.stack([mono, mono[::-1]][: kind.channels])


def recording(folder: Path, kind: Kind, *, seconds: float = SECONDS) -> Path:
    """The song as a file of this kind."""
    path = folder / f"song.{kind.ending}"
    if kind.codec is None:
        wanted = OutputFormat(kind.ending)  # type: ignore[arg-type]
        with Encoder(path, wanted, sample_rate=kind.sample_rate, channels=kind.channels) as encoder:
            encoder.write(song(kind, seconds))
        return path
    with av.open(str(path), "w", format="ogg" if kind.ending == "opus" else None) as container:
        layout = "stereo" if kind.channels == 2 else "mono"
        stream = container.add_stream(kind.codec, rate=kind.sample_rate, layout=layout)
        for frame in _frames(kind, seconds, layout):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _frames(kind: Kind, seconds: float, layout: str) -> Iterator[av.AudioFrame]:
    whole = (song(kind, seconds) * 32_767).astype(np.int16)
    size = 960
    for start in range(0, whole.shape[1], size):
        block = np.ascontiguousarray(whole[:, start : start + size].T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
        frame.sample_rate, frame.pts = kind.sample_rate, start
        yield frame
