"""Writes wav, flac and m4a through FFmpeg, block by block. Knows no job, and leaves tidying up to the encoder."""

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from media.blocks import FloatBlock
from media.formats import OutputFormat
from media.quantize import as_int16, as_int24

_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_MUXERS = {"wav": "wav", "flac": "flac", "m4a": "ipod"}
_SAMPLE_FORMATS = {"16": "s16", "24": "s32", "32f": "flt"}


class AvWriter:
    """One file being written by FFmpeg; its methods raise av.error.FFmpegError."""

    def __init__(self, path: Path, output: OutputFormat, *, sample_rate: int, channels: int) -> None:
        self._sample_format = "fltp" if output.lossy else _SAMPLE_FORMATS[output.bit_depth]
        self._layout = _LAYOUTS[channels]
        self._sample_rate = sample_rate
        self._frames = 0
        # "file:" so that no name can be taken for another protocol.
        self._container = av.open(
            f"file:{path}", "w", format=_MUXERS[output.name], options=_muxing(output, sample_rate)
        )
        self._stream = self._add_stream(output, channels)
        self._container.start_encoding()

    def write(self, block: FloatBlock) -> None:
        """Encode a block (channels x frames)."""
        frame = AudioFrame.from_ndarray(self._raw(block), format=self._sample_format, layout=self._layout)
        frame.sample_rate = self._sample_rate
        frame.time_base = Fraction(1, self._sample_rate)
        frame.pts = self._frames
        self._frames += block.shape[1]
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Flush what the codec holds, complete the headers and close."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Close without caring what becomes of the file."""
        self._container.close()

    def _add_stream(self, output: OutputFormat, channels: int) -> AudioStream:
        exact = {"flags": "+bitexact"}
        added = self._container.add_stream(output.codec, self._sample_rate, exact, layout=self._layout)
        stream = cast("AudioStream", added)  # FFmpeg's encoders of this table are all audio
        stream.codec_context.format = self._sample_format
        if output.lossy:
            stream.codec_context.bit_rate = 1000 * output.stream_kbps(channels)
        return stream

    def _raw(self, block: FloatBlock) -> NDArray[Any]:
        if self._sample_format == "fltp":
            return np.ascontiguousarray(block)
        return np.ascontiguousarray(self._stored(block).T).reshape(1, -1)

    def _stored(self, block: FloatBlock) -> NDArray[Any]:
        if self._sample_format == "flt":
            return block
        return as_int16(block) if self._sample_format == "s16" else as_int24(block)


def _muxing(output: OutputFormat, sample_rate: int) -> dict[str, str]:
    exact = {"fflags": "+bitexact"}  # no dates, no library versions: the same samples give the same bytes
    if output.name == "wav":
        return exact | {"rf64": "auto"}  # beyond 4 GB the file becomes RF64
    if output.name == "m4a":
        # The index goes to the front, so that playing can begin at once; the edit list counts in samples, not in
        # milliseconds, so that the length is exact.
        return exact | {"movflags": "+faststart", "movie_timescale": str(sample_rate)}
    return exact
