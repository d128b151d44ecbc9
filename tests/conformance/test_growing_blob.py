"""A blob that arrives in several requests, over each storage there is."""

import hashlib

import pytest

from contract.settings import StorageSettings
from contract.storage import BlobNotFound, open_storage

KEY = "uploads/j/source"
SONG = bytes(range(256)) * 40_000  # 10 MB: more than one piece of a bucket


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path):
    if request.param == "folder":
        return open_storage(StorageSettings(url=f"file:{tmp_path}/blobs"))
    return open_storage(request.getfixturevalue("bucket_settings"))


def add(blob, at, content):
    with blob.append(at) as run:
        for start in range(0, len(content), 300_000):
            run.write(content[start : start + 300_000])


def test_runs_make_one_blob(storage):
    blob = storage.growing(KEY)
    assert blob.size() == 0
    add(blob, 0, SONG[:9_000_000])
    assert storage.growing(KEY).size() == 9_000_000
    add(storage.growing(KEY), 9_000_000, SONG[9_000_000:])
    assert storage.facts(KEY) is None
    published = blob.publish()
    assert (published.bytes, published.sha256) == (len(SONG), hashlib.sha256(SONG).hexdigest())
    assert b"".join(storage.read(KEY)) == SONG
    assert [facts.key for facts in storage.list()] == [KEY]
    assert (blob.publish(), blob.size()) == (published, len(SONG))


def test_what_lies_behind_the_beginning_of_a_run_is_dropped(storage):
    blob = storage.growing(KEY)
    add(blob, 0, b"abc")
    add(blob, 3, b"wrong")
    add(blob, 3, b"def")
    assert blob.size() == 6
    blob.publish()
    assert b"".join(storage.read(KEY)) == b"abcdef"


def test_what_came_before_an_error_is_kept(storage):
    blob = storage.growing(KEY)
    run = blob.append(0).__enter__()
    run.write(b"abc")
    run.__exit__(RuntimeError, RuntimeError("the sender went away"), None)
    assert blob.size() == 3


def test_a_run_cannot_leave_a_gap(storage):
    blob = storage.growing(KEY)
    add(blob, 0, b"abc")
    with pytest.raises(ValueError, match="begin"):
        add(blob, 5, b"x")
    assert blob.size() == 3


def test_nothing_can_be_added_to_what_is_published(storage):
    blob = storage.growing(KEY)
    add(blob, 0, b"abc")
    blob.publish()
    with pytest.raises(ValueError, match="begin"):
        add(blob, 3, b"x")
    assert blob.size() == 3
    assert b"".join(storage.read(KEY)) == b"abc"


def test_nothing_cannot_be_published(storage):
    with pytest.raises(BlobNotFound):
        storage.growing(KEY).publish()


def test_one_that_grows_goes_with_its_folder(storage):
    add(storage.growing(KEY), 0, b"abc")
    storage.delete_folder("uploads/j")
    assert storage.growing(KEY).size() == 0
    assert list(storage.list()) == []
