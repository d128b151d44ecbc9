"""Blobs in a folder of this machine."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from contract.errors import StorageUnavailable
from contract.storage.blob_keys import checked_key
from contract.storage.blob_store import CHUNK_BYTES, BlobFacts, BlobNotFound
from contract.storage.local_errors import local_errors
from contract.storage.local_growing import LocalGrowing
from contract.storage.local_writer import PART_PREFIX, PART_SUFFIX, LocalWriter, make_folder

_GONE = "The storage's folder is gone, or may not be written to."


class LocalFolder:
    """A BlobStore in a folder, which is made when it is missing. Raises StorageUnavailable when it cannot be."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        with local_errors():
            make_folder(self._root, self._root)

    def writer(self, key: str) -> LocalWriter:
        """A writer of this blob; one that exists is replaced at the end."""
        return LocalWriter(self._path(key), self._root)

    def growing(self, key: str) -> LocalGrowing:
        """A blob that arrives in several requests; unseen until it is published."""
        return LocalGrowing(self._path(key), self._root)

    def part_links(self) -> None:
        """None: a folder has no address."""
        return

    def put_file(self, key: str, path: Path) -> BlobFacts:
        """Store a local file's content durably."""
        with local_errors(), path.open("rb") as source, self.writer(key) as writer:
            while chunk := source.read(CHUNK_BYTES):
                writer.write(chunk)
        facts = self.facts(key)
        if facts is None:
            raise BlobNotFound
        return facts

    def facts(self, key: str) -> BlobFacts | None:
        """What is known of a blob; None when there is none."""
        try:
            with local_errors():
                return _facts(key, self._path(key).stat())
        except BlobNotFound:
            return None

    def read(
        self, key: str, *, start: int = 0, end: int | None = None, chunk_bytes: int = CHUNK_BYTES
    ) -> Iterator[bytes]:
        """The bytes from `start` up to, not including, `end`, in chunks. Raises BlobNotFound with the first chunk."""
        with local_errors(), self._path(key).open("rb") as file:
            file.seek(start)
            left = None if end is None else max(0, end - start)
            while chunk := file.read(chunk_bytes if left is None else min(chunk_bytes, left)):
                left = None if left is None else left - len(chunk)
                yield chunk

    def fetch(self, key: str, path: Path) -> None:
        """Copy a blob to a local file. Raises BlobNotFound."""
        with local_errors():
            shutil.copyfile(self._path(key), path)

    def local_path(self, key: str) -> Path | None:
        """Where the blob lies; None when it is not there."""
        path = self._path(key)
        return path if path.is_file() else None

    def link(self, key: str, *, filename: str, media_type: str) -> str | None:  # noqa: ARG002
        """None: a folder has no address."""
        return None

    def delete(self, key: str) -> None:
        """Remove a blob and folders it leaves empty; one that is not there is fine."""
        path = self._path(key)
        with local_errors():
            path.unlink(missing_ok=True)
        self._remove_empty(path.parent)

    def delete_folder(self, prefix: str) -> None:
        """Remove everything under `prefix/`, half-written files too; nothing there is fine."""
        folder = self._path(prefix)
        while folder.is_dir():  # a writer may have put a file in while the others went
            with contextlib.suppress(BlobNotFound), local_errors():
                shutil.rmtree(folder)
        self._remove_empty(folder.parent)

    def delete_unfinished(self, before: datetime) -> int:
        """Remove what killed writers left half-written and untouched since `before`; how many went."""
        with local_errors():
            left = [path for path in self._root.rglob(f"{PART_PREFIX}*{PART_SUFFIX}") if _is_older(path, before)]
        for path in left:
            with local_errors():
                path.unlink(missing_ok=True)
            self._remove_empty(path.parent)
        return len(left)

    def list(self, prefix: str = "") -> Iterator[BlobFacts]:
        """Every blob under `prefix/` (all of them without), in no order."""
        top = self._path(prefix) if prefix else self._root
        for folder, _, names in os.walk(top):
            for name in names:
                key = str((Path(folder) / name).relative_to(self._root))
                if not name.startswith(PART_PREFIX) and (facts := self.facts(key)) is not None:
                    yield facts

    def free_bytes(self) -> int:
        """Room left on the folder's disk."""
        return self._disk()[1]

    def whole_bytes(self) -> int:
        """Size of the folder's disk."""
        return self._disk()[0]

    def check(self) -> None:
        """Raises StorageUnavailable where the folder is gone or closed to us."""
        if not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
            raise StorageUnavailable(_GONE)

    def _disk(self) -> tuple[int, int]:
        """Its whole room, and what is left of it."""
        try:
            usage = shutil.disk_usage(self._root)
        except OSError as error:
            raise StorageUnavailable(_GONE) from error
        return usage.total, usage.free

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _remove_empty(self, folder: Path) -> None:
        while folder != self._root and folder.is_relative_to(self._root):
            try:
                folder.rmdir()
            except OSError:  # not empty, or gone already
                return
            folder = folder.parent


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.lstat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # published or removed just now
        return False


def _facts(key: str, status: os.stat_result) -> BlobFacts:
    return BlobFacts(
        key=key,
        bytes=status.st_size,
        etag=f"{status.st_mtime_ns:x}-{status.st_ino:x}-{status.st_size:x}",
        modified=datetime.fromtimestamp(status.st_mtime, UTC),
    )
