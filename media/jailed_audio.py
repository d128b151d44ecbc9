"""A stranger's recording: every look at it and every pass over it is made by a jailed child. Loads no FFmpeg here."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from media.blocks import FloatBlock
from media.errors import JailBroken, MediaTooLong
from media.facts import AudioFacts
from media.jail import Jail
from media.jailed_probe import probe_in
from media.limits import Limits

DECODING = ("media.decode", "media.jailed_audio", "media.jailed_probe", "media.probe", "av.subtitles.stream")
"""What the jail of a JailedAudio loads beforehand."""

_SAMPLE_BYTES = 4
_SLACK_SECONDS = 1.0
_LOOK = Limits(wall_seconds=30.0, cpu_seconds=4.0)
"""An ordinary look takes a tenth of a second; the clock is for machines that are busy."""

_LIMITS = Limits(wall_seconds=30.0, cpu_seconds=20.0, seconds_per_mib=1.0)
"""A MiB is three seconds of stereo: decoding may be as slow as that, and no slower."""


class JailedAudio:
    """An AudioFile of bytes that nobody vouches for.

    Raises besides: JailBroken (an UnsupportedMedia) when its decoder died or exceeded its limits (`limits` are those of
    a pass), ZygoteLost.
    """

    def __init__(self, path: Path, jail: Jail, *, limits: Limits = _LIMITS) -> None:
        self._path = path
        self._jail = jail
        self._limits = limits

    @property
    def path(self) -> Path:
        """As AudioFile."""
        return self._path

    def facts(self) -> AudioFacts:
        """As AudioFile."""
        return probe_in(self._jail, self._path, limits=_LOOK)

    def blocks(self, *, sample_rate: int, channels: int, max_seconds: float | None = None) -> Iterator[FloatBlock]:
        """As AudioFile. The child works ahead by a pipe's length; closing the iterator ends it."""
        most_frames = math.inf if max_seconds is None else (max_seconds + _SLACK_SECONDS) * sample_rate
        frames = 0
        for piece in self._jail.stream(
            decode_here, sample_rate, channels, max_seconds, file=self._path, limits=self._limits
        ):
            block = _believed(piece, channels)
            frames += block.shape[1]
            if max_seconds is not None and frames > most_frames:
                raise MediaTooLong(max_seconds)
            yield block


def decode_here(path: Path, sample_rate: int, channels: int, max_seconds: float | None) -> Iterator[FloatBlock]:
    """What the child runs."""
    from media.decode import decode  # loads FFmpeg: in the child alone

    return decode(path, sample_rate=sample_rate, channels=channels, max_seconds=max_seconds)


def _believed(piece: bytearray, channels: int) -> FloatBlock:
    """A child's bytes as the block it should be; JailBroken when they are none."""
    if not piece or len(piece) % (channels * _SAMPLE_BYTES):
        raise JailBroken("reply")
    samples = np.frombuffer(piece, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(np.dot(samples, samples))  # as it is when no sample is louder than the decoder leaves it
    if not finite:
        raise JailBroken("reply")
    return samples.reshape(channels, -1)
