"""Writes Ogg Vorbis through libsndfile (FFmpeg's own Vorbis encoder is poor), block by block. Knows no job."""

from io import SEEK_SET, FileIO
from pathlib import Path

import numpy as np
import soundfile  # type: ignore[import-untyped]

from media.blocks import FloatBlock
from media.formats import OutputFormat
from media.ogg_pages import OggPages

# libvorbis's nominal kbit/s for stereo at 44.1 kHz, quality 0.0 to 1.0 in steps of a tenth.
_NOMINAL_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)
_PIECE_FRAMES = 16_384


class VorbisWriter:
    """One Ogg Vorbis file being written; its methods raise soundfile.LibsndfileError or OSError."""

    def __init__(self, path: Path, output: OutputFormat, *, sample_rate: int, channels: int) -> None:
        self._sink = _PageSink(path)
        self._waiting = np.empty((channels, 0), dtype=np.float32)
        quality = float(np.interp(output.kbps or 0, _NOMINAL_KBPS, np.linspace(0.0, 1.0, len(_NOMINAL_KBPS))))
        self._file = soundfile.SoundFile(
            self._sink,
            "w",
            samplerate=sample_rate,
            channels=channels,
            format="OGG",
            subtype="VORBIS",
            compression_level=1.0 - quality,
        )

    def write(self, block: FloatBlock) -> None:
        """Encode a block (channels x frames)."""
        # In pieces of one size: what libvorbis makes of the beginning depends on how much of it is handed over at once.
        held = np.concatenate([self._waiting, block], axis=1)
        whole = held.shape[1] - held.shape[1] % _PIECE_FRAMES
        for start in range(0, whole, _PIECE_FRAMES):
            self._hand_over(held[:, start : start + _PIECE_FRAMES])
        self._waiting = held[:, whole:]

    def finish(self) -> None:
        """Flush what the codec holds and close."""
        self._hand_over(self._waiting)
        self._file.close()
        self._sink.close()

    def abandon(self) -> None:
        """Close without caring what becomes of the file."""
        self._sink.forget()
        self._file.close()
        self._sink.close(checked=False)

    def _hand_over(self, piece: FloatBlock) -> None:
        self._file.write(np.ascontiguousarray(piece.T))
        self._sink.check()


class _PageSink:
    """What libsndfile writes to. An error cannot pass through its C code, so it waits here for `check`."""

    def __init__(self, path: Path) -> None:
        self._file = FileIO(path, "w")
        self._pages = OggPages()
        self._position = 0
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        self._position += len(data)
        left = memoryview(self._pages.push(data))
        try:
            while left and self._error is None:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._error = error
        return len(data)

    def tell(self) -> int:
        return self._position

    def seek(self, _offset: int, _whence: int = SEEK_SET) -> int:
        return self._position  # Ogg is written straight on; libsndfile asks all the same

    def check(self) -> None:
        """Raise what went wrong in a write."""
        if self._error is not None:
            raise self._error

    def forget(self) -> None:
        """Take everything that still comes without writing it."""
        self._error = self._error or OSError("abandoned")

    def close(self, *, checked: bool = True) -> None:
        self._file.close()
        if checked:
            self.check()
