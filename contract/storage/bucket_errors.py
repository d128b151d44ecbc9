"""What an object storage's client says went wrong, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from obstore import exceptions

from contract.errors import InsufficientStorage, StorageUnavailable
from contract.storage.blob_store import BlobNotFound

_FULL_WORDS = ("QuotaExceeded", "InsufficientStorage", "InsufficientCapacity", "XMinioStorageFull", "507 Insufficient")


@contextmanager
def bucket_errors() -> Iterator[None]:
    """Turns obstore's errors, and those of a client that lost its server, into ours."""
    try:
        yield
    except (exceptions.NotFoundError, FileNotFoundError) as error:
        raise BlobNotFound from error
    except (exceptions.BaseError, OSError) as error:
        full = any(word in str(error) for word in _FULL_WORDS)
        raise (InsufficientStorage if full else StorageUnavailable) from error
