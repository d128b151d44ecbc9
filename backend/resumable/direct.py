"""Uploads whose bytes go from their sender to the bucket, past this service. Knows no HTTP and no signature."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.resumable.book import UploadBook, UploadRecord
from backend.resumable.desk import Progress
from contract.errors import CallerError, FieldProblem
from contract.storage import BlobStore
from contract.storage.growing_blob import PartLinks


@dataclass(frozen=True)
class Part:
    """One part: which bytes of the recording go to which address."""

    number: int
    offset: int
    bytes: int
    url: str


class DirectUploads:
    """Offered where the storage is a bucket whose keys are in the settings. Methods raise StorageUnavailable."""

    def __init__(self, book: UploadBook, storage: BlobStore) -> None:
        self._book = book
        self._storage = storage

    def begin(self, record: UploadRecord) -> UploadRecord:
        """Announce an upload; the record as it is kept. Raises CallerError where none is offered, TooManyUploads."""
        links = self._links()
        begun = record.model_copy(update={"direct": links.begin(record.blob)})
        try:
            self._book.begin(begun)
        except BaseException:
            links.abort(begun.blob, begun.direct or "")
            raise
        return begun

    def parts(self, record: UploadRecord) -> list[Part]:
        """Every part with a fresh address. Raises CallerError for an upload whose bytes come here."""
        links, upload, size = self._links(), _name(record), self._links().part_bytes
        starts = range(0, record.bytes, size)
        return [
            Part(number, start, min(size, record.bytes - start), links.link(record.blob, upload, number))
            for number, start in enumerate(starts, start=1)
        ]

    def complete(self, record: UploadRecord, etags: Sequence[str]) -> Progress:
        """Put the parts together. Raises FieldProblem when some are missing, CallerError when they are others."""
        links, upload = self._links(), _name(record)
        wanted = len(range(0, record.bytes, links.part_bytes))
        if len(etags) != wanted:
            raise FieldProblem([("/etags", f"this upload has {wanted} parts")])
        facts = self._storage.facts(record.blob)
        if facts is None:
            links.complete(record.blob, upload, etags)
            facts = self._storage.facts(record.blob)
        size = 0 if facts is None else facts.bytes
        if size != record.bytes:
            self._storage.delete(record.blob)
            raise CallerError(f"{size:,} bytes came to the bucket instead of {record.bytes:,}; begin a new upload.")
        return Progress(record, size)

    def _links(self) -> PartLinks:
        links = self._storage.part_links()
        if links is None:
            raise CallerError("Uploads past this service are not offered here; send the bytes to it.")
        return links


def _name(record: UploadRecord) -> str:
    if record.direct is None:
        raise CallerError("The bytes of this upload come here, by PATCH or PUT.")
    return record.direct
