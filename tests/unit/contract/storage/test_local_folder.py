"""A local folder when the disk is not what it should be."""

import errno
import os
import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.errors import InsufficientStorage, StorageUnavailable
from contract.settings import StorageSettings
from contract.storage import open_storage
from contract.storage.blob_store import BlobNotFound
from contract.storage.local_errors import local_errors
from contract.storage.local_folder import LocalFolder


def test_a_full_disk_is_named():
    with pytest.raises(InsufficientStorage), local_errors(), Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


@pytest.mark.parametrize(
    ("error", "told"), [(FileNotFoundError(2, "no"), BlobNotFound), (OSError(5, "I/O"), StorageUnavailable)]
)
def test_other_troubles_are_named(error, told):
    with pytest.raises(told), local_errors():
        raise error


def test_nothing_remains_of_a_blob_for_which_there_was_no_room(tmp_path):
    storage = LocalFolder(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fills_the_disk() -> None:
        with storage.writer("a/b") as writer:
            for _ in range(64):
                writer.write(b"x" * 65_536)

    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(InsufficientStorage):
            fills_the_disk()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, InsufficientStorage),
        (errno.EDQUOT, InsufficientStorage),
        (errno.EIO, StorageUnavailable),
        (errno.EROFS, StorageUnavailable),
    ],
)
def test_a_disk_that_fails_when_all_is_to_be_kept_shows_nothing(tmp_path, monkeypatch, number, told):
    def fails(_):
        raise OSError(number, os.strerror(number))

    def write() -> None:
        with storage.writer("a/b") as writer:
            writer.write(b"x")
            monkeypatch.setattr(os, "fsync", fails)

    storage = LocalFolder(tmp_path)
    with pytest.raises(told):
        write()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_is_on_disk_before_it_has_its_name_and_the_name_before_anybody_hears(tmp_path, monkeypatch):
    storage, synced = LocalFolder(tmp_path), []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append((_kind(descriptor), _is_there(storage, "a/b"))))
    with storage.writer("a/b") as writer:
        writer.write(b"x")
    assert synced[-2:] == [("file", False), ("folder", True)]


def _kind(descriptor: int) -> str:
    return "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"


def _is_there(storage: LocalFolder, key: str) -> bool:
    return storage.facts(key) is not None


def test_folders_left_empty_go_too(tmp_path):
    storage = LocalFolder(tmp_path)
    for key in ("a/b/c", "a/d"):
        with storage.writer(key):
            pass
    storage.delete("a/b/c")
    assert not (tmp_path / "a/b").exists()
    storage.delete_folder("a")
    assert list(tmp_path.iterdir()) == []


def test_half_written_files_go_with_their_folder(tmp_path):
    storage = LocalFolder(tmp_path)
    with storage.writer("a/b") as writer:
        writer.write(b"x")
        (left,) = (tmp_path / "a").iterdir()
        content = left.read_bytes()
    left.write_bytes(content)  # as a killed process leaves it
    assert [facts.key for facts in storage.list()] == ["a/b"]
    storage.delete_folder("a")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_writer_left_goes_once_it_is_old(tmp_path):
    storage = LocalFolder(tmp_path)
    with storage.writer("uploads/j/source") as writer:
        writer.write(b"x")
        (left,) = (tmp_path / "uploads/j").iterdir()
    (tmp_path / "uploads/j/source").rename(left)  # as a killed process leaves it
    moment = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    assert storage.delete_unfinished(moment - timedelta(seconds=1)) == 0
    assert left.exists()
    assert storage.delete_unfinished(moment + timedelta(seconds=1)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_local_blob_has_a_path_and_room(tmp_path):
    storage = LocalFolder(tmp_path)
    with storage.writer("a/b") as writer:
        writer.write(b"x")
    assert storage.local_path("a/b").read_bytes() == b"x"
    assert storage.link("a/b", filename="b", media_type="audio/wav") is None
    assert storage.free_bytes() > 0


@pytest.mark.parametrize("url", ["file:{}/x", "file://{}/x"])
def test_an_address_names_the_folder(tmp_path, url):
    open_storage(StorageSettings(url=url.format(tmp_path)))
    assert (tmp_path / "x").is_dir()


@pytest.mark.parametrize("url", ["", "file:", "ftp://h/x", "/data", "s3://", "s3:///prefix"])
def test_an_address_of_no_known_form_is_refused(url):
    with pytest.raises(ValueError, match=r"storage\.url"):
        open_storage(StorageSettings(url=url))


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageUnavailable):
        LocalFolder(tmp_path / "file" / "x")


def test_a_writer_survives_its_folders_being_removed_as_empty(tmp_path):
    storage = LocalFolder(tmp_path)

    def come_and_go(name):
        for _ in range(150):
            with storage.writer(f"uploads/{name}/source") as writer:
                writer.write(b"x")
            storage.delete_folder(f"uploads/{name}")

    with ThreadPoolExecutor(4) as pool:
        for coming in [pool.submit(come_and_go, name) for name in "abcd"]:
            coming.result()
    assert not (tmp_path / "uploads").exists()
