"""The seed of a recording's shifts where none was asked for: from its content, so that nothing else can move it."""

import hashlib
from pathlib import Path


def seed_of_digest(sha256: str) -> int:
    """The first 32 bits of the recording's SHA-256, given in hexadecimal."""
    return int(sha256[:8], 16)


def seed_of_file(path: Path) -> int:
    """The seed of the recording at `path`. Raises OSError."""
    with path.open("rb") as file:
        return seed_of_digest(hashlib.file_digest(file, "sha256").hexdigest())
