"""All stems and the manifest in one zip, made while it is sent: stored, not deflated, its length known beforehand."""

from collections.abc import Iterator
from dataclasses import dataclass

from zipstream import ZipStream

from backend.filenames import stem_filename
from contract.errors import JobExpired
from contract.jobs import Job
from contract.storage import BlobStore
from media.formats import OutputFormat


@dataclass(frozen=True)
class Archive:
    """A zip: its exact length in bytes, and the bytes."""

    length: int
    content: Iterator[bytes]


def archive(storage: BlobStore, job: Job) -> Archive:
    """The zip of a completed job; audio does not deflate, so is only stored. Raises JobExpired, StorageUnavailable."""
    zipped = ZipStream(sized=True)
    extension = OutputFormat(job.options.format).extension
    for stem in job.stems:
        filename = stem_filename(job.source.filename, stem.name, extension)
        _add(zipped, storage, key=stem.blob, filename=filename)
    if job.manifest_blob is not None:
        _add(zipped, storage, key=job.manifest_blob, filename="manifest.json")
    return Archive(len(zipped), iter(zipped))


def _add(zipped: ZipStream, storage: BlobStore, *, key: str, filename: str) -> None:
    facts = storage.facts(key)
    if facts is None:
        raise JobExpired
    zipped.add(storage.read(key), filename, size=facts.bytes)
