"""Writes mp3 and Ogg Vorbis through libsndfile (LAME, libvorbis), block by block. Knows no job; leaves tidying up."""

from pathlib import Path

import numpy as np
import soundfile  # type: ignore[import-untyped]

from media.blocks import FloatBlock
from media.file_sink import FileSink, OggSink
from media.formats import OutputFormat

# libvorbis's nominal kbit/s for stereo at 44.1 kHz, quality 0.0 to 1.0 in steps of a tenth.
_VORBIS_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)
# Layer III's lowest and highest kbit/s, for rates up to so many hertz.
_MP3_KBPS = ((12_000, 8, 64), (24_000, 8, 160), (48_000, 32, 320))
_MOST_COMPRESSION = 0.9999
"""Just short of 1, which is the lowest bit rate and which libsndfile refuses."""
_LEAST_CONSTANT_KBPS = 64
"""Below it a frame of constant bit rate is too small for the header that tells an MP3's exact length."""
_PIECE_FRAMES = 16_384


class SndfileWriter:
    """One file being written; its methods raise soundfile.SoundFileError or OSError."""

    def __init__(self, path: Path, output: OutputFormat, *, sample_rate: int, channels: int) -> None:
        self._waiting = np.empty((channels, 0), dtype=np.float32)
        self._sink = OggSink(path) if output.name == "ogg" else FileSink(path)
        shape = {"samplerate": sample_rate, "channels": channels}
        if output.name == "ogg":
            how = {"format": "OGG", "subtype": "VORBIS", "compression_level": _vorbis_level(output)}
        else:
            mode = "CONSTANT" if output.stream_kbps(channels) >= _LEAST_CONSTANT_KBPS else "AVERAGE"
            level = _mp3_level(output, sample_rate, channels)
            how = {"format": "MP3", "bitrate_mode": mode, "compression_level": level}
        self._file = soundfile.SoundFile(self._sink, "w", **shape, **how)

    def write(self, block: FloatBlock) -> None:
        """Encode a block (channels x frames)."""
        # In pieces of one size: what libvorbis makes of the beginning depends on how much it gets at once.
        held = np.concatenate([self._waiting, block], axis=1)
        whole = held.shape[1] - held.shape[1] % _PIECE_FRAMES
        for start in range(0, whole, _PIECE_FRAMES):
            self._hand_over(held[:, start : start + _PIECE_FRAMES])
        self._waiting = held[:, whole:]

    def finish(self) -> None:
        """Flush what the codec holds, complete the headers and close."""
        self._hand_over(self._waiting)
        self._file.close()
        self._sink.close()
        self._sink.check()

    def abandon(self) -> None:
        """Close without caring what becomes of the file."""
        self._sink.forget()
        self._file.close()
        self._sink.close()

    def _hand_over(self, piece: FloatBlock) -> None:
        self._file.write(np.ascontiguousarray(piece.T))
        self._sink.check()


def _vorbis_level(output: OutputFormat) -> float:
    """Libsndfile's compression level, 0 (largest) to 1, for the bit rate aimed at."""
    quality = np.interp(output.kbps or 0, _VORBIS_KBPS, np.linspace(0.0, 1.0, len(_VORBIS_KBPS)))
    return 1.0 - float(quality)


def _mp3_level(output: OutputFormat, sample_rate: int, channels: int) -> float:
    wanted = output.stream_kbps(channels)
    low, high = next((low, high) for rate, low, high in _MP3_KBPS if sample_rate <= rate)
    return min((high - min(max(wanted, low), high)) / (high - low), _MOST_COMPRESSION)
