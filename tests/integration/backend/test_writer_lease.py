"""An upload has one writer at a time, also while one that was asked to stop still ends."""

import asyncio
import threading

import pytest
from anyio import to_thread
from redis import Redis

from backend.resumable import writer_lease
from backend.resumable.errors import UploadLocked
from backend.resumable.writer_lease import WriterLeases


def test_a_writer_that_was_asked_to_stop_keeps_others_out_until_it_has(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_lease, "LEASE_SECONDS", 0.6)
    monkeypatch.setattr(writer_lease, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(writer_lease, "PATIENCE_SECONDS", 1.8)
    leases, stored = WriterLeases(redis), threading.Event()

    async def slow(begun: asyncio.Event) -> None:
        async with leases.hold("u"):
            begun.set()
            await to_thread.run_sync(stored.wait, 20.0)  # a store that cannot be interrupted

    async def run() -> None:
        begun = asyncio.Event()
        writing = asyncio.create_task(slow(begun))
        await begun.wait()
        try:
            with pytest.raises(UploadLocked, match="is writing"):
                async with leases.hold("u"):
                    pass
        finally:
            stored.set()
        await writing  # it came to its end all the same
        async with leases.hold("u"):
            pass

    asyncio.run(run())
