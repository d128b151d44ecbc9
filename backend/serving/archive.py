"""All stems and the manifest in one zip, made while it is sent: stored, not deflated, its length known beforehand."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from zipstream import ZipStream

from backend.serving.filenames import stem_filename
from contract.errors import JobExpired
from contract.jobs import Job
from contract.storage import BlobStore
from contract.storage.blob_store import CHUNK_BYTES
from media.formats import OutputFormat


class Archive:
    """A zip: its exact length in bytes, and the bytes. Its local files are open until it was sent or is closed."""

    def __init__(self) -> None:
        self._zipped = ZipStream(sized=True)
        self._files = ExitStack()

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return len(self._zipped)

    def add(self, storage: BlobStore, key: str, filename: str) -> None:
        """Put a blob in. Raises JobExpired when it is gone.

        A local file is opened before the first byte leaves: removed meanwhile, it is still sent whole.
        """
        path = storage.local_path(key)
        if path is not None:
            try:
                file = self._files.enter_context(path.open("rb"))
            except FileNotFoundError as error:
                raise JobExpired from error
            self._zipped.add(iter(partial(file.read, CHUNK_BYTES), b""), filename, size=os.fstat(file.fileno()).st_size)
            return
        facts = storage.facts(key)
        if facts is None:
            raise JobExpired
        self._zipped.add(storage.read(key), filename, size=facts.bytes)

    def content(self) -> Iterator[bytes]:
        """The bytes."""
        with self._files:
            yield from self._zipped

    def close(self) -> None:
        """Nothing of it will be sent."""
        self._files.close()


def archive(storage: BlobStore, job: Job) -> Archive:
    """The zip of a completed job; audio does not deflate, so is only stored. Raises JobExpired, StorageUnavailable."""
    zipped = Archive()
    extension = OutputFormat(job.options.format).extension
    try:
        for stem in job.stems:
            zipped.add(storage, stem.blob, stem_filename(job.source.filename, stem.name, extension))
        if job.manifest_blob is not None:
            zipped.add(storage, job.manifest_blob, "manifest.json")
    except BaseException:
        zipped.close()
        raise
    return zipped
