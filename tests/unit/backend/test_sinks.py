"""What becomes of an upload's bytes in storage when the last of them find no room."""

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.intake.sinks import BlobSink
from contract.errors import InsufficientStorage
from contract.storage.local_folder import LocalFolder


async def test_a_last_piece_without_room_leaves_nothing(tmp_path: Path) -> None:
    storage = LocalFolder(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(InsufficientStorage):
            async with BlobSink(storage, "uploads/j/source") as sink:
                await sink.write(b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert storage.delete_unfinished(datetime.now(UTC) + timedelta(days=1)) == 0, "nothing half-written is left"
