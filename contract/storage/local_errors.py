"""What the operating system says of files, in our words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from contract.errors import InsufficientStorage, StorageUnavailable
from contract.storage.blob_store import BlobNotFound

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def local_errors() -> Iterator[None]:
    """Turns OSError into BlobNotFound, InsufficientStorage or StorageUnavailable."""
    try:
        yield
    except FileNotFoundError as error:
        raise BlobNotFound from error
    except OSError as error:
        raise (InsufficientStorage if error.errno in _FULL else StorageUnavailable) from error
