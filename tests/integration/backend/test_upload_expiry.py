"""Uploads whose time is over go, each by itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from backend.resumable.book import UploadBook, UploadRecord
from backend.resumable.desk import UploadDesk
from backend.resumable.errors import UploadExpired
from backend.resumable.run import Run
from backend.resumable.writer_lease import WriterLeases
from contract.errors import StorageUnavailable
from contract.job_ids import new_job_id
from contract.job_store import JobStore
from contract.room import Room
from contract.settings import QueueSettings, RetentionSettings, StorageSettings
from contract.storage.local_folder import LocalFolder


class _OneFolderStays(LocalFolder):
    """A folder of which one part cannot be removed."""

    stays = ""

    def delete_folder(self, prefix: str) -> None:
        if prefix == self.stays:
            raise StorageUnavailable
        super().delete_folder(prefix)


def test_nothing_is_added_to_an_upload_that_expired_while_its_turn_was_waited_for(redis: Redis, tmp_path: Path) -> None:
    storage, book = LocalFolder(tmp_path), UploadBook(redis, None)
    desk = _desk(redis, storage, book)
    record = _begun(book, datetime.now(UTC) - timedelta(hours=1))
    asyncio.run(desk.tidy())
    with pytest.raises(UploadExpired):
        asyncio.run(desk.add(record, Run(_bytes(), 0)))
    assert list(tmp_path.iterdir()) == []


async def _bytes() -> AsyncIterator[bytes]:
    yield b"abc"


def _desk(redis: Redis, storage: LocalFolder, book: UploadBook) -> UploadDesk:
    store = JobStore(redis, queue=QueueSettings(), retention=RetentionSettings())
    return UploadDesk(
        book, WriterLeases(redis), storage=storage, store=store, room=Room(redis, storage, StorageSettings())
    )


def _begun(book: UploadBook, expires: datetime) -> UploadRecord:
    record = UploadRecord(upload_id=new_job_id(), tenant="t", scope="s", bytes=3, expires_at=expires)
    book.begin(record)
    return record


def test_an_upload_that_cannot_be_removed_keeps_no_other(redis: Redis, tmp_path: Path) -> None:
    storage, book = _OneFolderStays(tmp_path), UploadBook(redis, None)
    desk, now = _desk(redis, storage, book), datetime.now(UTC)
    ids = [_begun(book, now - timedelta(hours=3 - number)).upload_id for number in range(3)]
    for upload_id in ids:
        with storage.growing(f"uploads/{upload_id}/source").append(0) as run:
            run.write(b"abc")
    storage.stays = f"uploads/{ids[0]}"
    asyncio.run(desk.tidy())
    assert book.due(now, 10) == []
    assert book.due(now + timedelta(hours=1), 10) == ids[:1]
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == ids[:1]
    storage.stays = ""
    book.postpone(ids[0], now)
    asyncio.run(desk.tidy())
    assert book.due(now + timedelta(hours=1), 10) == []
    assert list(tmp_path.iterdir()) == []
