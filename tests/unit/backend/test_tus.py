"""tus's headers, read and written."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.resumable.errors import WrongVersion
from backend.resumable.tus import check_version, http_date, read_checksum, read_metadata, whole_number, write_metadata
from contract.errors import CallerError


@given(st.dictionaries(st.from_regex(r"[a-z]{1,10}", fullmatch=True), st.text(max_size=50), max_size=5))
def test_metadata_is_read_as_it_was_written(pairs: dict[str, str]) -> None:
    assert read_metadata(write_metadata(pairs)) == pairs


@given(st.text(max_size=200))
@example("filename \x80")
def test_any_header_is_read_or_refused(text: str) -> None:
    for read in (read_metadata, read_checksum, lambda told: whole_number("Upload-Length", told)):
        try:
            read(text)
        except CallerError:
            continue


def test_a_key_may_stand_alone() -> None:
    assert read_metadata("is_confidential, filename YQ==") == {"is_confidential": "", "filename": "a"}


@pytest.mark.parametrize("version", [None, "", "1.0", "1.0.1", "0.2.2", "1.0.0, 0.2.2"])
def test_one_version_is_spoken(version: str | None) -> None:
    with pytest.raises(WrongVersion):
        check_version(version)


def test_a_checksum_is_one_of_these_bytes() -> None:
    told = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
    checksum = read_checksum(f"sha256 {told}")
    assert checksum is not None
    assert checksum.matches(hashlib.sha256(b"abc").digest())
    assert not checksum.matches(hashlib.sha256(b"abd").digest())


def test_a_moment_is_told_as_http_does() -> None:
    assert http_date(datetime(2026, 11, 20, 12, 0, tzinfo=UTC)) == "Fri, 20 Nov 2026 12:00:00 GMT"
