"""Writes one object: gathered in a temporary file, sent whole at the end, so that a half one is never seen."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from contract.storage.blob_store import Chunk
from contract.storage.local_errors import local_errors
from contract.storage.spool_file import open_spool, spool_path

Send = Callable[[Path], object]


class BucketWriter:
    """An object being written; `send` stores the finished file."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._file: IO[Chunk] | None = None
        self._digest = hashlib.sha256()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """Bytes written so far."""
        return self._bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the bytes written so far."""
        return self._digest.hexdigest()

    def write(self, chunk: Chunk) -> None:
        """Add bytes. Raises InsufficientStorage when this machine has no room for them."""
        if self._file is None:
            raise RuntimeError("a blob is written inside its with-block")
        with local_errors():
            self._file.write(chunk)
        self._digest.update(chunk)
        self._bytes += len(chunk)

    def __enter__(self) -> Self:
        """Open the temporary file."""
        with local_errors():
            self._file = open_spool()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send when no error came; the temporary file goes either way."""
        if self._file is None:
            return
        with self._file as file:
            if kind is None:
                with local_errors():
                    file.flush()
                self._send(spool_path(file))
