"""A file as blocks of float32 at a wanted rate, in constant memory. Knows no job; never trusts a header's length."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from media.blocks import FloatBlock, in_blocks_of
from media.downmix import in_channels
from media.end_trim import without_padding
from media.errors import MediaTooLong, MediaTooShort
from media.recording import open_recording
from media.resample import Resampler
from media.samples import Chunk, in_chunks

__all__ = ["FloatBlock", "decode"]


def decode(
    path: Path,
    *,
    sample_rate: int | None = None,
    channels: int | None = None,
    block_frames: int = 65_536,
    max_seconds: float | None = None,
) -> Iterator[FloatBlock]:
    """Decode the first audio stream of `path` into blocks of `block_frames` frames (the last may be shorter).

    Blocks are channels x frames, float32, full scale at +-1 (louder than +-64 is cut there). `sample_rate` (hertz)
    and `channels` are the source's when None; mono is duplicated to stereo, more than two are mixed down to two.
    Nothing is read before the first block is asked for. Raises UnsupportedMedia, MediaTooShort when there is no
    audio at all, MediaTooLong as soon as more than `max_seconds` are decoded, OSError when the file cannot be read.
    """
    with open_recording(path) as recording:
        chunks = without_padding(recording, in_chunks(recording.frames()))
        blocks = in_blocks_of(block_frames, _conformed(_limited(chunks, max_seconds), sample_rate, channels))
        first = next(blocks, None)
        if first is None:
            raise recording.damaged if recording.bad_packets else MediaTooShort()
        yield first
        yield from blocks


def _limited(chunks: Iterable[Chunk], max_seconds: float | None) -> Iterator[Chunk]:
    seconds = 0.0
    for chunk in chunks:
        seconds += chunk.samples.shape[1] / chunk.sample_rate
        if max_seconds is not None and seconds > max_seconds:
            raise MediaTooLong(max_seconds)
        yield chunk


def _conformed(chunks: Iterable[Chunk], sample_rate: int | None, channels: int | None) -> Iterator[FloatBlock]:
    resampler: Resampler | None = None
    for chunk in chunks:
        sample_rate = sample_rate or chunk.sample_rate
        channels = channels or len(chunk.layout)
        block = in_channels(chunk.samples, chunk.layout, channels)
        if resampler is not None and resampler.source_rate != chunk.sample_rate:
            yield resampler.finish()  # the source changed its rate midway, as chained Ogg files may
            resampler = None
        if resampler is None and chunk.sample_rate != sample_rate:
            resampler = Resampler(chunk.sample_rate, sample_rate, channels)
        yield block if resampler is None else resampler.push(block)
    if resampler is not None:
        yield resampler.finish()
