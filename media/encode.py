"""Blocks of float32 into a file in one of five formats, as they come. Knows no job; leaves nothing half-written."""

from pathlib import Path
from types import TracebackType
from typing import NoReturn, Protocol, Self

import numpy as np
from av.error import FFmpegError
from soundfile import SoundFileError  # type: ignore[import-untyped]

from media.av_writer import AvWriter
from media.blocks import FloatBlock
from media.errors import EncodingFailed
from media.formats import OutputFormat
from media.sndfile_writer import SndfileWriter

__all__ = ["Encoder", "OutputFormat"]

_FAILURES = (FFmpegError, SoundFileError, OSError)


class _Writer(Protocol):
    def write(self, block: FloatBlock) -> None: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...


class Encoder:
    """Writes one audio file; `decode` of it gives exactly the frames written, at the same rate, in all five formats.

    Use as a context manager: leaving it normally completes the file, leaving it with an exception removes it. The
    same blocks give the same bytes. Memory does not grow with the length (but m4a's index: 12 MB an hour).
    """

    def __init__(self, path: Path, output_format: OutputFormat, *, sample_rate: int, channels: int) -> None:
        """Create `path` (replacing a file there). Raises EncodingFailed, also for a rate the format cannot carry."""
        self._path = path
        self._channels = channels
        self._frames = 0
        self._writer: _Writer | None = None
        _check_carried(output_format, sample_rate, channels)
        writer = SndfileWriter if output_format.name in ("mp3", "ogg") else AvWriter
        try:
            self._writer = writer(path, output_format, sample_rate=sample_rate, channels=channels)
        except _FAILURES as error:
            self._fail(error)

    def write(self, block: FloatBlock) -> None:
        """Append a block (channels x frames, float32, full scale at +-1; whole-number formats cut what is louder).

        Raises EncodingFailed, after which the file is gone and the encoder closed.
        """
        writer = self._open_writer()
        if block.ndim != 2 or block.shape[0] != self._channels:
            raise ValueError(f"expected {self._channels} channels x frames, got an array of shape {block.shape}")
        if not block.size:
            return
        if not np.isfinite(block).all():
            self._discard()
            raise EncodingFailed("there are samples that are not finite numbers")
        try:
            writer.write(block.astype(np.float32, copy=False))
        except _FAILURES as error:
            self._fail(error)
        self._frames += block.shape[1]

    def close(self) -> None:
        """Complete the file. Raises EncodingFailed (then the file is gone), also when nothing was written."""
        if self._writer is None:
            return
        if not self._frames:
            self._discard()
            raise EncodingFailed("there were no samples to write")
        try:
            self._writer.finish()
        except _FAILURES as error:
            self._fail(error)
        self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._discard()

    def _open_writer(self) -> _Writer:
        if self._writer is None:
            raise ValueError("the encoder is closed")
        return self._writer

    def _fail(self, error: Exception) -> NoReturn:
        self._discard()
        errno = getattr(error, "errno", None)
        reason = getattr(error, "strerror", None) or str(error)
        raise EncodingFailed(reason, errno) from error

    def _discard(self) -> None:
        writer, self._writer = self._writer, None
        try:
            if writer is not None:
                writer.abandon()
        except _FAILURES:
            pass  # the file is being thrown away; why it could not be closed is of no interest
        finally:
            _remove(self._path)


def _remove(path: Path) -> None:
    # Never a device or a folder that somebody named by mistake.
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)


def _check_carried(output_format: OutputFormat, sample_rate: int, channels: int) -> None:
    name = output_format.name
    if output_format.closest_rate(sample_rate) != sample_rate:
        raise EncodingFailed(
            f"{name} cannot carry {sample_rate} Hz; the nearest is {output_format.closest_rate(sample_rate)}"
        )
    if not 1 <= channels <= (2 if output_format.lossy else 8):
        raise EncodingFailed(f"{name} cannot carry {channels} channels")
