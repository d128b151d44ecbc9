"""The headers of tus 1.0 (https://tus.io/protocols/resumable-upload), read and written. Pure."""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hmac import compare_digest

from backend.resumable.errors import WrongVersion
from contract.errors import CallerError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
RESUMABLE = {"Tus-Resumable": VERSION}

_NUMBER = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,64}")
_MOST_METADATA = 4_096


@dataclass(frozen=True)
class Checksum:
    """What a request's bytes must hash to."""

    algorithm: str
    digest: bytes

    def matches(self, found: bytes) -> bool:
        """Whether that is it."""
        return compare_digest(self.digest, found)

    def begun(self) -> "hashlib._Hash":
        """A fresh hash of this kind; it guards against accidents, so SHA-1 will do."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def check_version(told: str | None) -> None:
    """Raises WrongVersion unless it is the one that is spoken here."""
    if told != VERSION:
        raise WrongVersion


def whole_number(header: str, text: str | None) -> int:
    """A header's value of up to 15 digits. Raises CallerError naming the header."""
    if text is None or not _NUMBER.fullmatch(text):
        raise CallerError(f"{header} must be a whole number of bytes.")
    return int(text)


def read_metadata(text: str | None) -> dict[str, str]:
    """Upload-Metadata: pairs of a key and a base64 value, between commas. Raises CallerError when malformed."""
    if not text or not text.strip():
        return {}
    if len(text) > _MOST_METADATA:
        raise CallerError(f"Upload-Metadata is longer than {_MOST_METADATA} bytes.")
    found: dict[str, str] = {}
    for pair in text.split(","):
        key, _, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise CallerError("Upload-Metadata has an empty, repeated or malformed key.")
        found[key] = _decoded(value.strip())
    return found


def write_metadata(pairs: dict[str, str]) -> str:
    """Upload-Metadata of these pairs."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def read_checksum(text: str | None) -> Checksum | None:
    """Upload-Checksum; None without one. Raises CallerError for an unknown algorithm or a malformed digest."""
    if text is None:
        return None
    algorithm, _, value = text.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise CallerError(f"Upload-Checksum may be of {' or '.join(ALGORITHMS)}.")
    digest = _bytes_of(value.strip())
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise CallerError(f"Upload-Checksum holds no {algorithm} digest in base64.")
    return Checksum(algorithm, digest)


def http_date(moment: datetime) -> str:
    """As Upload-Expires writes it."""
    return format_datetime(moment, usegmt=True)


def _decoded(value: str) -> str:
    try:
        return _bytes_of(value).decode()
    except UnicodeDecodeError as error:
        raise CallerError("A value of Upload-Metadata is not UTF-8 text.") from error


def _bytes_of(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:  # binascii's own is one; letters beyond ASCII raise it bare
        raise CallerError("A value of Upload-Metadata or Upload-Checksum is not base64.") from error
