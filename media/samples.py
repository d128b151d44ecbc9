"""FFmpeg's frames as float32 chunks of one rate and layout. Knows numbers and layouts, not files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from av.audio.frame import AudioFrame

from media.blocks import FloatBlock
from media.errors import UnsupportedMedia
from media.facts import CHANNELS, RATES

_LOUDEST = 64.0
_CHUNK_FRAMES = 65_536


@dataclass(frozen=True)
class Chunk:
    """Samples (channels x frames, float32) with their rate in hertz and the names of their channels ("FL", ...)."""

    samples: FloatBlock
    sample_rate: int
    layout: tuple[str, ...]


def in_chunks(frames: Iterable[AudioFrame]) -> Iterator[Chunk]:
    """Join small frames into chunks of about 65,536 frames; a change of rate, layout or kind of number begins one.

    Raises UnsupportedMedia for rates outside 8 to 192 kHz, more than 8 channels, or samples that are not numbers.
    """
    waiting: list[AudioFrame] = []
    held = 0
    for frame in frames:
        if waiting and (held >= _CHUNK_FRAMES or _kind(frame) != _kind(waiting[0])):
            yield _chunk(waiting)
            waiting, held = [], 0
        waiting.append(frame)
        held += frame.samples
    if waiting:
        yield _chunk(waiting)


def checked_kind(frame: AudioFrame) -> tuple[int, int]:
    """The rate in hertz and number of channels of a frame; UnsupportedMedia when either is absurd."""
    channels = frame.layout.nb_channels
    if frame.sample_rate not in RATES:
        raise UnsupportedMedia(f"audio at {frame.sample_rate} Hz; 8,000 to 192,000 are supported")
    if channels not in CHANNELS:
        raise UnsupportedMedia(f"audio with {channels} channels; up to 8 are supported")
    return frame.sample_rate, channels


def _kind(frame: AudioFrame) -> tuple[int, str, int, str]:
    return frame.sample_rate, frame.layout.name, frame.layout.nb_channels, frame.format.name


def _chunk(frames: list[AudioFrame]) -> Chunk:
    first = frames[0]
    rate, _ = checked_kind(first)
    layout = tuple(channel.name for channel in first.layout.channels)
    return Chunk(_tamed(_floats(frames)), rate, layout)


def _floats(frames: list[AudioFrame]) -> FloatBlock:
    raw = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    if frames[0].format.is_packed:
        raw = raw.reshape(-1, frames[0].layout.nb_channels).T
    with np.errstate(over="ignore", invalid="ignore"):  # float64 beyond float32 turns infinite and is refused below
        samples = raw.astype(np.float32, order="C", copy=False)
    if raw.dtype == np.uint8:
        samples -= np.float32(128.0)
        samples /= np.float32(128.0)
    elif raw.dtype.kind == "i":
        samples *= np.float32(0.5 ** (8 * raw.dtype.itemsize - 1))
    return samples


def _tamed(samples: FloatBlock) -> FloatBlock:
    peak = max(float(samples.max()), -float(samples.min()))
    if not np.isfinite(peak):
        raise UnsupportedMedia("samples that are not finite numbers")
    return np.clip(samples, -_LOUDEST, _LOUDEST) if peak > _LOUDEST else samples
