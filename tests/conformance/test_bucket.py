"""What only a bucket does: links, and being out of reach."""

import tempfile
import urllib.request

import pytest

from contract.errors import StorageUnavailable
from contract.storage import open_storage


def test_a_link_downloads_the_blob_under_its_name(bucket_settings):
    storage = open_storage(bucket_settings)
    with storage.writer("results/j/1/vocals.wav") as writer:
        writer.write(b"RIFF")
    link = storage.link("results/j/1/vocals.wav", filename="Song (vocals).wav", media_type="audio/wav")
    with urllib.request.urlopen(link, timeout=10) as answer:  # noqa: S310 - our own address
        assert answer.read() == b"RIFF"
        assert answer.headers["Content-Type"] == "audio/wav"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="Song (vocals).wav"')


def test_without_keys_of_our_own_no_link_is_signed(bucket_settings):
    settings = bucket_settings.model_copy(update={"s3_access_key_id": None})
    assert open_storage(settings).link("a/b", filename="b", media_type="audio/wav") is None


def test_keys_are_kept_under_the_prefix(bucket_settings):
    with open_storage(bucket_settings).writer("a/b") as writer:
        writer.write(b"x")
    whole = bucket_settings.model_copy(update={"url": bucket_settings.url.removesuffix("/some/prefix")})
    assert [facts.key for facts in open_storage(whole).list()] == ["some/prefix/a/b"]


def test_a_large_blob_goes_in_parts_and_comes_out_whole(bucket_settings, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 80_000)  # 20 MB: three parts
    storage = open_storage(bucket_settings)
    storage.put_file("a/large", large)
    storage.fetch("a/large", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == large.read_bytes()


def test_what_is_on_its_way_has_no_name_that_a_killed_process_would_leave(bucket_settings, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    storage = open_storage(bucket_settings)
    with storage.writer("a/spooled") as writer, storage.growing("a/growing").append(0) as run:
        writer.write(b"x" * 3_000_000)
        run.write(b"y" * 3_000_000)
        assert not list(tmp_path.iterdir())
    assert b"".join(storage.read("a/spooled")) == b"x" * 3_000_000
    assert storage.growing("a/growing").publish().bytes == 3_000_000


def test_a_bucket_that_does_not_exist_is_no_missing_blob(bucket_settings):
    storage = open_storage(bucket_settings.model_copy(update={"url": "s3://nobody-made-this"}))
    with pytest.raises(StorageUnavailable):
        list(storage.list())


def test_a_bucket_out_of_reach_is_said_so(bucket_settings):
    storage = open_storage(bucket_settings.model_copy(update={"s3_endpoint_url": "http://127.0.0.1:9"}))
    with pytest.raises(StorageUnavailable):
        storage.facts("a/b")
