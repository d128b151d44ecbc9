"""Uploads whose time is over go, each by itself."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis import Redis

from backend.resumable.book import UploadBook, UploadRecord
from backend.resumable.desk import UploadDesk
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


def test_an_upload_that_cannot_be_removed_keeps_no_other(redis: Redis, tmp_path: Path) -> None:
    storage, book = _OneFolderStays(tmp_path), UploadBook(redis, None)
    store = JobStore(redis, queue=QueueSettings(), retention=RetentionSettings())
    room = Room(redis, storage, StorageSettings())
    desk = UploadDesk(book, WriterLeases(redis), storage=storage, store=store, room=room)
    ids = [new_job_id() for _ in range(3)]
    for second, upload_id in enumerate(ids):
        expires = datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)
        book.begin(UploadRecord(upload_id=upload_id, tenant="t", scope="s", bytes=3, expires_at=expires))
        with storage.growing(f"uploads/{upload_id}/source").append(0) as run:
            run.write(b"abc")
    storage.stays = f"uploads/{ids[0]}"
    asyncio.run(desk.tidy())
    assert book.due(store.now(), 10) == []
    assert book.due(store.now() + timedelta(hours=1), 10) == ids[:1]
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == ids[:1]
    storage.stays = ""
    book.postpone(ids[0], store.now())
    asyncio.run(desk.tidy())
    assert book.due(store.now() + timedelta(hours=1), 10) == []
    assert list(tmp_path.iterdir()) == []
