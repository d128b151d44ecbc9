"""A stem on disk as bare float32 until its gain is known. Deletes nothing; the folder it is given is the caller's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np

from media.blocks import FloatBlock

BLOCK_FRAMES = 65_536


class Spool:
    """Written once from end to end, then read."""

    def __init__(self, path: Path, channels: int) -> None:
        self._path = path
        self._channels = channels
        self._file = path.open("wb")

    def write(self, block: FloatBlock) -> None:
        """Append a block (channels x frames). Raises OSError when the disk is full."""
        self._file.write(np.ascontiguousarray(block.T, np.float32).data)

    def close(self) -> None:
        """No more will be written."""
        self._file.close()

    def blocks(self) -> Iterator[FloatBlock]:
        """What was written, in blocks of BLOCK_FRAMES frames, the last shorter (channels x frames), contiguous."""
        self._file.flush()
        piece = BLOCK_FRAMES * self._channels * np.dtype(np.float32).itemsize
        with self._path.open("rb") as file:
            while content := file.read(piece):
                yield np.ascontiguousarray(np.frombuffer(content, np.float32).reshape(-1, self._channels).T)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
