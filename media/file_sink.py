"""A file that a C library writes through callbacks, from which no exception can pass. Knows no audio."""

from io import SEEK_SET, FileIO
from pathlib import Path

from media.ogg_pages import OggPages


class FileSink:
    """Replaces the file at `path`. What goes wrong in a write waits for `check`, which raises it as OSError."""

    def __init__(self, path: Path) -> None:
        self._file = FileIO(path, "w")
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of `data`, or remember why not."""
        left = memoryview(data)
        try:
            while left and self._error is None:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._error = error
        return len(data)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Go to a position, as files do."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position."""
        return self._file.tell()

    def check(self) -> None:
        """Raise what went wrong in a write."""
        if self._error is not None:
            raise self._error

    def forget(self) -> None:
        """Take everything that still comes without writing it."""
        self._error = self._error or OSError("abandoned")

    def close(self) -> None:
        """Close the file, whatever went wrong before."""
        self._file.close()


class OggSink(FileSink):
    """A file sink for an Ogg stream, whose pages get a constant serial number. It is only ever written straight on."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._pages = OggPages()
        self._position = 0

    def write(self, data: bytes) -> int:
        """Write the pages that `data` completes."""
        self._position += len(data)
        super().write(self._pages.push(data))
        return len(data)

    def seek(self, _offset: int, _whence: int = SEEK_SET) -> int:
        """Stay: libsndfile asks only to learn the length."""
        return self._position

    def tell(self) -> int:
        """How much was taken."""
        return self._position
