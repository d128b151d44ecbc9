"""Storage of recordings and stems: a local folder or an S3-compatible bucket behind one face."""

from importlib.util import find_spec
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
    if scheme == "s3":
        if find_spec("obstore") is None:
            raise ValueError("storage.url names a bucket, which needs: pip install 'stemify[s3]'")
        # Heavy, and an extra that a folder does not need.
        from contract.storage.bucket_client import open_bucket

        return open_bucket(settings)
    raise ValueError(f"storage.url must be file:/FOLDER or s3://BUCKET/PREFIX, not {settings.url!r}")
