"""Only ordinary files of bounded size and the right contents are read."""

import hashlib

import pytest

from worker.engine.digest import read_checked
from worker.engine.errors import WeightsCorrupt


def test_the_right_contents_are_handed_out(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert read_checked(path, hashlib.sha256(b"abc").hexdigest()) == b"abc"


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    with pytest.raises(WeightsCorrupt, match="larger than the 2 bytes"):
        read_checked(path, hashlib.sha256(b"abc").hexdigest(), limit=2)


def test_no_file_is_a_plain_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_checked(tmp_path / "a", "0" * 64)
