"""The folder in which a running stack keeps everything: made private, and locked against a second launcher."""

import fcntl
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.errors import WrongUse


class DataFolder:
    """A stack's folder; entering it makes it (mode 0700) and takes its lock. Raises WrongUse when that fails."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._lock: int | None = None

    @property
    def redis(self) -> Path:
        """Where the embedded server keeps its append-only file."""
        return self.path / "redis"

    @property
    def blobs(self) -> Path:
        """Where recordings and stems are kept."""
        return self.path / "blobs"

    @property
    def logs(self) -> Path:
        """Where each child's output goes."""
        return self.path / "logs"

    @property
    def scratch(self) -> Path:
        """Where jobs in work lie; emptied by every start, since a worker that was killed cannot tidy up."""
        return self.path / "scratch"

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
            self._take_lock()
            shutil.rmtree(self.scratch, ignore_errors=True)
            for folder in (self.redis, self.blobs, self.logs, self.scratch):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as refused:
            reason = refused.strerror or refused
            message = f"The data folder {self.path} cannot be used ({reason}); choose another with --data-dir."
            raise WrongUse(message) from refused
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> None:
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            holder = os.read(lock, 20).decode(errors="replace").strip() or "unknown"
            os.close(lock)
            raise WrongUse(
                f"The data folder {self.path} is in use by another stemify (process {holder}); "
                "stop that one, or choose another folder with --data-dir."
            ) from taken
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock
