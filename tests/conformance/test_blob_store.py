"""What every storage of blobs does, over each one there is."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from contract.errors import StorageUnavailable
from contract.settings import StorageSettings
from contract.storage import BlobNotFound, BlobStore, open_storage
from contract.storage.local_folder import LocalFolder

SONG = bytes(range(256)) * 5_000  # 1.28 MB: several chunks


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path) -> BlobStore:
    if request.param == "folder":
        return open_storage(StorageSettings(url=f"file:{tmp_path}/blobs"))
    return open_storage(request.getfixturevalue("bucket_settings"))


def keys_of(storage: BlobStore, prefix: str = "") -> list[str]:
    return sorted(facts.key for facts in storage.list(prefix))


def put(storage: BlobStore, key: str, content: bytes = b"abc") -> None:
    with storage.writer(key) as writer:
        writer.write(content)


def test_what_is_written_is_read(storage):
    with storage.writer("results/j/1/vocals.wav") as writer:
        for start in range(0, len(SONG), 100_000):
            writer.write(SONG[start : start + 100_000])
    assert writer.bytes == len(SONG)
    assert writer.sha256 == hashlib.sha256(SONG).hexdigest()
    assert b"".join(storage.read("results/j/1/vocals.wav")) == SONG
    facts = storage.facts("results/j/1/vocals.wav")
    assert (facts.key, facts.bytes) == ("results/j/1/vocals.wav", len(SONG))
    assert facts.etag


def test_nothing_is_seen_before_the_end(storage):
    with storage.writer("uploads/j/source") as writer:
        writer.write(SONG)
        assert storage.facts("uploads/j/source") is None
        assert keys_of(storage) == []
    assert keys_of(storage) == ["uploads/j/source"]


def test_what_is_being_written_or_is_whole_is_not_taken_for_left(storage):
    put(storage, "uploads/whole/source")
    with storage.writer("uploads/j/source") as writer:
        writer.write(SONG)
        assert storage.delete_unfinished(datetime.now(UTC) - timedelta(days=1)) == 0
    assert keys_of(storage) == ["uploads/j/source", "uploads/whole/source"]


def test_nothing_remains_of_a_writing_that_went_wrong(storage):
    def explodes_at_half() -> None:
        with storage.writer("uploads/j/source") as writer:
            writer.write(SONG)
            raise ConnectionError("the caller went away")

    with pytest.raises(ConnectionError):
        explodes_at_half()
    assert storage.facts("uploads/j/source") is None
    assert keys_of(storage) == []


def test_a_blob_that_exists_is_replaced_only_at_the_end(storage):
    put(storage, "a/b", b"old")
    with storage.writer("a/b") as writer:
        writer.write(b"newer")
        assert b"".join(storage.read("a/b")) == b"old"
    assert b"".join(storage.read("a/b")) == b"newer"


def test_an_empty_blob_is_a_blob(storage):
    with storage.writer("a/empty"):
        pass
    assert storage.facts("a/empty").bytes == 0
    assert b"".join(storage.read("a/empty")) == b""


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, None), (1, 7), (255, 300_000), (len(SONG) - 1, None), (5, len(SONG) + 99)]
)
def test_a_range_is_read_without_its_end(storage, start, end):
    put(storage, "a/song", SONG)
    assert b"".join(storage.read("a/song", start=start, end=end)) == SONG[start:end]


def test_an_empty_range_reads_nothing(storage):
    put(storage, "a/song", SONG)
    assert list(storage.read("a/song", start=10, end=10)) == []


def test_chunks_are_no_larger_than_asked(storage):
    put(storage, "a/song", SONG)
    assert max(map(len, storage.read("a/song", chunk_bytes=1000))) <= 1000


def test_a_file_goes_in_and_out(storage, tmp_path):
    source, copy = tmp_path / "in.wav", tmp_path / "out.wav"
    source.write_bytes(SONG)
    assert storage.put_file("a/song", source).bytes == len(SONG)
    storage.fetch("a/song", copy)
    assert copy.read_bytes() == SONG


def test_the_etag_changes_with_the_content(storage):
    put(storage, "a/b", b"one")
    first = storage.facts("a/b").etag
    assert storage.facts("a/b").etag == first
    put(storage, "a/b", b"two")
    assert storage.facts("a/b").etag != first


def test_what_is_not_there_is_said_so(storage, tmp_path):
    assert storage.facts("a/b") is None
    assert storage.local_path("a/b") is None
    with pytest.raises(BlobNotFound):
        list(storage.read("a/b"))
    with pytest.raises(BlobNotFound):
        storage.fetch("a/b", tmp_path / "out")
    storage.delete("a/b")
    storage.delete_folder("a")


def test_a_folder_is_deleted_with_all_in_it_and_nothing_beside_it(storage):
    for key in ("results/j/1/a", "results/j/2/b", "results/j2/1/a", "uploads/j/source"):
        put(storage, key)
    storage.delete_folder("results/j")
    assert keys_of(storage) == ["results/j2/1/a", "uploads/j/source"]
    storage.delete("uploads/j/source")
    assert keys_of(storage) == ["results/j2/1/a"]


def test_a_folder_is_listed_without_its_neighbours(storage):
    for key in ("results/j/1/a", "results/j2/1/a"):
        put(storage, key)
    assert keys_of(storage, "results/j") == ["results/j/1/a"]
    assert keys_of(storage, "results/nobody") == []


@pytest.mark.parametrize(
    "key",
    [
        *(
            "",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a/./b",
            "a//b",
            "a/",
            ".a",
            "a/.hidden",
            "a\\b",
            "a\x00b",
            "a b",
            "ä",
            "a\n",
        ),
        *("x" * 129, "/".join("a" * 9)),
    ],
)
def test_a_key_that_could_point_elsewhere_is_refused(storage, key):
    with pytest.raises(ValueError, match="not a blob's key"):
        storage.facts(key)
    with pytest.raises(ValueError, match="not a blob's key"):
        storage.writer(key)
    with pytest.raises(ValueError, match="not a blob's key"):
        storage.delete_folder(key)
    with pytest.raises(ValueError, match="not a blob's key"):
        list(storage.read(key))


def test_a_folder_that_is_removed_while_a_blob_is_written_leaves_nothing_half(storage):
    # A folder says that it went; in a bucket nothing was there yet, and the blob is whole.
    def interrupted() -> None:
        with storage.writer("results/j/1/vocals.wav") as writer:
            writer.write(SONG)
            storage.delete_folder("results/j")

    if isinstance(storage, LocalFolder):
        with pytest.raises(StorageUnavailable, match="removed meanwhile"):
            interrupted()
        assert keys_of(storage) == []
    else:
        interrupted()
        assert keys_of(storage) == ["results/j/1/vocals.wav"]
