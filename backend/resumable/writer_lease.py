"""One writer at a time for each upload, over all replicas: a lock in Redis that is renewed, and let go when asked for.

A caller whose connection broke comes back before the server has noticed; the request that still waits for the old
connection is asked to stop, so that the caller need not wait for it to time out.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio
import redis
from anyio import to_thread
from redis.exceptions import LockError
from redis.lock import Lock

from backend.resumable.errors import UploadLocked
from contract import keys
from contract.redis_client import store_errors

LEASE_SECONDS = 8.0
RENEW_SECONDS = 2.0
PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.2
_WANTED_SECONDS = 6


class WriterLeases:
    """The leases of all uploads. A writer that dies keeps its own for LEASE_SECONDS at most."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @asynccontextmanager
    async def hold(self, upload_id: str) -> AsyncIterator[None]:
        """Write alone. Raises UploadLocked when another will not let go, or when this one had to; StoreUnavailable."""
        name, wanted = keys.upload_writer(upload_id), keys.upload_wanted(upload_id)
        lock = self._redis.lock(name, timeout=LEASE_SECONDS, blocking=False, thread_local=False)
        await self._acquire(lock, wanted)
        try:
            with anyio.CancelScope() as scope:
                renewing = asyncio.create_task(self._renew(lock, wanted, scope))
                try:
                    yield
                finally:
                    renewing.cancel()
            if scope.cancelled_caught:
                raise UploadLocked("Another request took this upload over.")
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_release, lock)

    async def _acquire(self, lock: Lock, wanted: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not await to_thread.run_sync(self._try, lock, wanted):
            if time.monotonic() > deadline:
                raise UploadLocked
            await asyncio.sleep(_LOOK_SECONDS)

    def _try(self, lock: Lock, wanted: str) -> bool:
        with store_errors():
            if lock.acquire():
                self._redis.delete(wanted)
                return True
            self._redis.set(wanted, "1", ex=_WANTED_SECONDS)
            return False

    async def _renew(self, lock: Lock, wanted: str, scope: anyio.CancelScope) -> None:
        renewed = time.monotonic()
        while time.monotonic() - renewed < LEASE_SECONDS - RENEW_SECONDS:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(redis.RedisError):  # a server that is away for a moment has not given the lease to another
                try:
                    if await to_thread.run_sync(self._again, lock, wanted):
                        scope.cancel()  # and held on to until the block has ended: a thread may still be storing
                except LockError:
                    break
                renewed = time.monotonic()
        scope.cancel()

    def _again(self, lock: Lock, wanted: str) -> bool:
        """Renew; whether somebody else asks for it."""
        lock.reacquire()
        return bool(self._redis.exists(wanted))


def _release(lock: Lock) -> None:
    """A lock that lapsed is as good as released; one that cannot be reached lapses by itself."""
    with suppress(LockError, redis.RedisError):
        lock.release()
