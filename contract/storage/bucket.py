"""Blobs in an S3-compatible bucket. Needs the extra `s3`; nothing else of ours imports its client."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import obstore
from obstore.store import S3Store

from contract.storage.blob_keys import checked_key
from contract.storage.blob_store import CHUNK_BYTES, BlobFacts, BlobNotFound
from contract.storage.bucket_errors import bucket_errors
from contract.storage.bucket_growing import BucketGrowing
from contract.storage.bucket_parts import BucketParts
from contract.storage.bucket_writer import BucketWriter
from contract.storage.local_errors import local_errors
from contract.storage.presigned_link import Signer, content_disposition

_NO_SUCH_KEY = "health/none"
_PART_BYTES = 8 * 2**20
_PARTS_AT_ONCE = 4
_DELETED_AT_ONCE = 1_000


class Bucket:
    """A BlobStore in a bucket, or in the part of it under a prefix."""

    def __init__(
        self, asked: S3Store, *, sent_to: S3Store, signer: Signer | None, address: str, link_seconds: int
    ) -> None:
        """Two clients of the bucket: one that notices its silence, and one to send files with, which cannot.

        `address`: of the folder the keys begin in, for links; none are given without a `signer`.
        """
        self._store = asked
        self._sent_to = sent_to
        self._signer = signer
        self._address = address
        self._link_seconds = link_seconds

    def writer(self, key: str) -> BucketWriter:
        """A writer of this blob; one that exists is replaced at the end."""
        checked_key(key)
        return BucketWriter(lambda path: self._put(key, path))

    def growing(self, key: str) -> BucketGrowing:
        """A blob that arrives in several requests; unseen until it is published."""
        return BucketGrowing(self, checked_key(key))

    def part_links(self) -> BucketParts | None:
        """For senders that put blobs here themselves; None without keys of our own to sign with."""
        if self._signer is None:
            return None
        return BucketParts(self._signer, address=self._address, link_seconds=self._link_seconds)

    def put_file(self, key: str, path: Path) -> BlobFacts:
        """Store a local file's content; atomic, and tried again when the way to the bucket fails."""
        self._put(checked_key(key), path)
        facts = self.facts(key)
        if facts is None:
            raise BlobNotFound
        return facts

    def facts(self, key: str) -> BlobFacts | None:
        """What is known of a blob; None when there is none."""
        try:
            with bucket_errors():
                return _facts(obstore.head(self._store, checked_key(key)))
        except BlobNotFound:
            return None

    def read(
        self, key: str, *, start: int = 0, end: int | None = None, chunk_bytes: int = CHUNK_BYTES
    ) -> Iterator[bytes]:
        """The bytes from `start` up to, not including, `end`, in chunks. Raises BlobNotFound with the first chunk."""
        checked_key(key)
        with bucket_errors():
            size = obstore.head(self._store, key)["size"]  # a range that begins past the end is an error there
            stop = size if end is None else min(end, size)
            if start >= stop:
                return
            answer = obstore.get(self._store, key, options={"range": (start, stop)})
            for run in answer.stream(min_chunk_size=chunk_bytes):
                yield from _cut(bytes(run), chunk_bytes)

    def fetch(self, key: str, path: Path) -> None:
        """Copy a blob to a local file. Raises BlobNotFound."""
        chunks = self.read(key)
        first = next(chunks, b"")
        with local_errors(), path.open("wb") as file:
            file.write(first)
            for chunk in chunks:
                file.write(chunk)

    def local_path(self, key: str) -> Path | None:  # noqa: ARG002
        """None: a bucket is elsewhere."""
        return None

    def link(self, key: str, *, filename: str, media_type: str) -> str | None:
        """An address that downloads the blob under this name for a while; None without keys of our own to sign with."""
        if self._signer is None:
            return None
        named = {
            "response-content-disposition": content_disposition(filename),
            "response-content-type": media_type,
        }
        url = f"{self._address}/{quote(checked_key(key))}"
        return self._signer.link(url, query=named, seconds=self._link_seconds, at=datetime.now(UTC))

    def delete(self, key: str) -> None:
        """Remove a blob; one that is not there is fine."""
        try:
            with bucket_errors():
                obstore.delete(self._store, checked_key(key))
        except BlobNotFound:
            return

    def delete_folder(self, prefix: str) -> None:
        """Remove every blob under `prefix/`; none there is fine."""
        checked_key(prefix)
        with bucket_errors():
            for batch in obstore.list(self._store, prefix, chunk_size=_DELETED_AT_ONCE):
                obstore.delete(self._store, [meta["path"] for meta in batch])

    def delete_unfinished(self, before: datetime) -> int:  # noqa: ARG002
        """Nothing: an object is there whole or not at all; the parts of one half sent are the bucket's to drop."""
        return 0

    def list(self, prefix: str = "") -> Iterator[BlobFacts]:
        """Every blob under `prefix/` (all of them without), in no order."""
        folder = checked_key(prefix) if prefix else None
        with bucket_errors():
            for batch in obstore.list(self._store, folder):
                yield from map(_facts, batch)

    def free_bytes(self) -> None:
        """None: a bucket does not say."""
        return

    def whole_bytes(self) -> None:
        """None: a bucket does not say."""
        return

    def check(self) -> None:
        """Raises StorageUnavailable when the bucket does not answer."""
        self.facts(_NO_SUCH_KEY)

    def _put(self, key: str, path: Path) -> None:
        with bucket_errors():
            obstore.put(self._sent_to, key, path, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)


def _cut(run: bytes, chunk_bytes: int) -> Iterator[bytes]:
    for start in range(0, len(run), chunk_bytes):
        yield run[start : start + chunk_bytes]


def _facts(meta: Mapping[str, Any]) -> BlobFacts:
    return BlobFacts(
        key=meta["path"], bytes=meta["size"], etag=(meta["e_tag"] or "").strip('"'), modified=meta["last_modified"]
    )
