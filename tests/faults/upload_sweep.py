"""The sweep of uploads, run now and until nothing is due: a replica's own comes once a minute."""

import asyncio

from backend.resumable.book import UploadBook
from backend.resumable.desk import UploadDesk
from backend.resumable.writer_lease import WriterLeases
from contract import keys
from contract.room import Room
from contract.settings import StorageSettings
from tests.replica_process import ReplicaProcess
from tests.service_process import wait_for


def abandon(replica: ReplicaProcess, upload_id: str) -> None:
    """The upload's time is over."""
    replica.redis.zadd(keys.UPLOADS, {upload_id: 1})


def sweep(replica: ReplicaProcess) -> None:
    """Remove every upload whose time is over. Raises AssertionError when one will not go."""
    room = Room(replica.redis, replica.storage, StorageSettings())
    book, leases = UploadBook(replica.redis, None), WriterLeases(replica.redis)
    desk = UploadDesk(book, leases, storage=replica.storage, store=replica.store, room=room)

    def is_done() -> bool:
        asyncio.run(desk.tidy())
        return not book.due(replica.store.now(), 1)

    wait_for(is_done, seconds=30)


def strangers(replica: ReplicaProcess) -> list[str]:
    """Ids of no job that have files."""
    found = {path.parent.name for path in (replica.folder / "blobs").rglob("*") if path.is_file()}
    return sorted(each for each in found if not replica.redis.exists(keys.job(each)))
