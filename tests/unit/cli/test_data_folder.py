"""A data folder is private, and belongs to one launcher at a time."""

import os
from pathlib import Path

import pytest

from cli.data_folder import DataFolder
from cli.errors import WrongUse


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "deep" / "data") as folder:
        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert all(part.is_dir() for part in (folder.redis, folder.blobs, folder.logs))


def test_a_second_launcher_is_told_who_has_it(tmp_path: Path) -> None:
    with (
        DataFolder(tmp_path),
        pytest.raises(WrongUse, match=rf"process {os.getpid()}.*--data-dir"),
        DataFolder(tmp_path),
    ):
        pass


def test_it_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with DataFolder(tmp_path):
            pass


def test_what_a_killed_worker_left_is_tidied_up(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as folder:
        (folder.scratch / "half").touch()
        (folder.blobs / "whole").touch()
    with DataFolder(tmp_path) as folder:
        assert list(folder.scratch.iterdir()) == []
        assert (folder.blobs / "whole").exists()


def test_a_place_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WrongUse, match="cannot be used"), DataFolder(tmp_path / "file" / "data"):
        pass
