"""Cuts an encoder's padding off the end where the container tells the length and FFmpeg does not cut there itself."""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from media.recording import Recording
from media.samples import Chunk

_MOST_PADDING = 8_192
_COARSE_CLOCKS = (1_000, 600)
"""Ticks a second of the edit lists that cannot name a frame: FFmpeg's and QuickTime's."""


def without_padding(recording: Recording, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The recording's chunks up to the end that an MP4's edit list and sample table tell, or Ogg Vorbis's last page.

    A claim that would cut more than 8,192 frames is not believed.
    """
    tail: deque[Chunk] = deque()
    held = decoded = 0
    for chunk in chunks:
        tail.append(chunk)
        held += _frames(chunk)
        decoded += _frames(chunk)
        while held - _frames(tail[0]) >= _MOST_PADDING:
            held -= _frames(tail[0])
            yield tail.popleft()
    told = _told_frames(recording)
    padding = 0 if told is None else decoded - told
    yield from _first_frames(tail, held - padding if 0 < padding <= _MOST_PADDING else held)


def _told_frames(recording: Recording) -> int | None:
    if recording.container_name == "MP4":
        return _told_by_itunes(recording) or _told_by_tables(recording)
    if recording.container_name == "Ogg" and recording.stream.codec_context.codec.name == "vorbis":
        # FFmpeg has cut the longer ones there already; of a chain only the last one's length is told.
        return None if recording.is_chained else recording.stream.duration
    return None


def _told_by_itunes(recording: Recording) -> int | None:
    """The frame count in the tag that Apple's encoders leave: delay, padding and length, in hexadecimal."""
    words = recording.container.metadata.get("iTunSMPB", "").split()
    try:
        return int(words[3], 16)
    except (IndexError, ValueError):
        return None


def _told_by_tables(recording: Recording) -> int | None:
    stream, last, first = recording.stream, recording.last_packet, recording.first_pts
    if stream.time_base is None or last is None or first is None:
        return None
    ticks = stream.time_base * stream.codec_context.sample_rate
    if ticks.denominator != 1:  # too coarse a clock to name a frame
        return None
    ends = [last.pts + last.duration] if last.pts is not None and last.duration else []
    if stream.duration:
        edited = (stream.start_time or 0) + stream.duration
        unsure = _unsure(stream.duration, stream.time_base)
        ends = [end for end in ends if 0 < end - edited <= unsure] or [*ends, edited]
    return (min(ends) - first) * ticks.numerator if ends else None


def _unsure(duration: int, time_base: Fraction) -> int:
    """By how many ticks an edit list of this duration may be wrong, since the clock it counts by is coarse."""
    for clock in _COARSE_CLOCKS:
        step = 1 / (clock * time_base)
        if abs(round(duration / step) * step - duration) <= Fraction(1, 2):
            return math.ceil(step)
    return 0


def _first_frames(chunks: Iterable[Chunk], frames: int) -> Iterator[Chunk]:
    for chunk in chunks:
        if frames <= 0:
            return
        yield replace(chunk, samples=chunk.samples[:, :frames])
        frames -= _frames(chunk)


def _frames(chunk: Chunk) -> int:
    return chunk.samples.shape[1]
