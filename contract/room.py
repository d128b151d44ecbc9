"""Room on the disk of the storage, promised to jobs before they use it. A bucket does not say what room it has."""

import redis

from contract import keys
from contract.errors import InsufficientStorage
from contract.redis_client import store_errors
from contract.scripts import load_script
from contract.settings import StorageSettings
from contract.storage import BlobStore

_LEASE_SECONDS = 900
"""A promise to a job that is not accepted meanwhile is void after so long; an accepted job keeps it to its end."""


class Room:
    """Every method raises StoreUnavailable; those that look at the disk StorageUnavailable."""

    def __init__(self, client: redis.Redis, storage: BlobStore, settings: StorageSettings) -> None:
        self._redis = client
        self._storage = storage
        self._settings = settings
        self._hold = load_script(client, "hold")

    def hold(self, job_id: str, *, kept: int, working: int = 0) -> None:
        """Promise a job `kept` bytes, if they and the `working` ones are there beside all other promises.

        A promise made earlier to the same job is replaced. Raises InsufficientStorage.
        """
        free = self._free()
        if free is None:
            return
        with store_errors():
            held = self._hold(
                keys=[keys.ROOM, keys.ROOM_LEASES], args=[job_id, kept, free - kept - working, _LEASE_SECONDS * 1000]
            )
        if not held:
            raise InsufficientStorage

    def release(self, job_id: str) -> None:
        """The job was not made: its promise is void."""
        with store_errors():
            pipe = self._redis.pipeline(transaction=True)
            pipe.hdel(keys.ROOM, job_id)
            pipe.zrem(keys.ROOM_LEASES, job_id)
            pipe.execute()

    def promised(self) -> int:
        """Bytes promised now."""
        with store_errors():
            return sum(int(held) for held in self._redis.hvals(keys.ROOM))

    def _free(self) -> int | None:
        """Free bytes above the floor: the smaller of a number of bytes and a share of the disk."""
        free, whole = self._storage.free_bytes(), self._storage.whole_bytes()
        if free is None or whole is None:
            return None
        return int(free - min(self._settings.free_bytes_floor, self._settings.free_share_floor * whole))
