"""A mix's folder goes when it is done, and what a killed process left goes with the next one."""

import os
import time
from pathlib import Path

import pytest

from backend.mixes.workshop import workshop
from contract.errors import InsufficientStorage, StorageUnavailable


def _left(place: Path, name: str, hours: float) -> Path:
    folder = place / name
    folder.mkdir()
    (folder / "mix").write_bytes(b"half a mix")
    then = time.time() - hours * 3600
    os.utime(folder, (then, then))
    return folder


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    old, at_work = _left(place, "stemify-mix-old", 7), _left(place, "stemify-mix-new", 1)
    others, elsewhere = _left(place, "somebody's", 7), _left(tmp_path, "elsewhere", 7)
    (place / "stemify-mix-link").symlink_to(elsewhere)
    with workshop(place, needed_bytes=1) as folder:
        assert folder.is_dir()
        assert not old.exists()
    assert not folder.exists()
    assert [len(list(kept.iterdir())) for kept in (at_work, others, elsewhere)] == [1, 1, 1]


def test_a_place_without_room_or_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InsufficientStorage), workshop(tmp_path, needed_bytes=2**60):
        pass
    with pytest.raises(StorageUnavailable), workshop(tmp_path / "nowhere", needed_bytes=1):
        pass
    assert list(tmp_path.iterdir()) == []
