"""Idempotency-Key: the same request sent twice makes one job and is answered the same. Kept in Redis for 24 h."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import redis
from anyio import to_thread
from pydantic import BaseModel
from redis.exceptions import LockError
from redis.lock import Lock

from backend.intake.uploads import Upload
from contract import keys
from contract.errors import CallerError, IdempotencyInProgress
from contract.redis_client import store_errors

KEPT_SECONDS = 24 * 3600
LOCK_SECONDS = 60
_RENEW_SECONDS = 20
_WELL_FORMED = re.compile(r"[\x21-\x7e]{1,255}")


class Kept(BaseModel):
    """A request that was begun under a key: what it was, the job it makes, and its answer once there is one."""

    fingerprint: str
    job_id: str
    body: dict[str, Any] | None = None


class Reservation:
    """One request's hold on a key. `earlier` is what was kept under it before, or None."""

    def __init__(self, client: redis.Redis | None, key: str, earlier: Kept | None = None) -> None:
        self._redis = client
        self._key = key
        self.earlier = earlier

    async def keep(self, kept: Kept) -> None:
        """Remember a request: before its job is made (so that a crash cannot make two), and again with the answer."""
        if self._redis is not None:
            await to_thread.run_sync(self._store, self._redis, kept)

    def _store(self, client: redis.Redis, kept: Kept) -> None:
        with store_errors():
            client.set(self._key, kept.model_dump_json(), ex=KEPT_SECONDS)


class IdempotencyKeys:
    """The keys of all callers."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @asynccontextmanager
    async def reserve(self, scope: str, key: str | None) -> AsyncIterator[Reservation]:
        """Hold `key` of the callers of `scope` while a request is answered; without a key nothing is held.

        Raises CallerError for a malformed key, IdempotencyInProgress while another request holds it.
        """
        if key is None:
            yield Reservation(None, "")
            return
        name = keys.idempotency(scope, _digest(key))
        lock = self._redis.lock(f"{name}:lock", timeout=LOCK_SECONDS, blocking=False, thread_local=False)
        await to_thread.run_sync(_acquire, lock)
        try:
            async with _renewing(lock):
                yield Reservation(self._redis, name, await to_thread.run_sync(self._earlier, name))
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_release, lock)

    def _earlier(self, name: str) -> Kept | None:
        with store_errors():
            text = self._redis.get(name)
        return None if text is None else Kept.model_validate_json(text)


def fingerprint(upload: Upload) -> str:
    """What makes two requests the same: fields, file name and the file's content."""
    told = [sorted(upload.fields.items()), sorted(upload.json.items()), upload.filename, upload.sha256]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _digest(key: str) -> str:
    if not _WELL_FORMED.fullmatch(key):
        raise CallerError("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return hashlib.sha256(key.encode()).hexdigest()


def _acquire(lock: Lock) -> None:
    with store_errors():
        if not lock.acquire():
            raise IdempotencyInProgress


def _release(lock: Lock) -> None:
    """A lock that lapsed is as good as released; one that cannot be reached lapses by itself."""
    try:
        lock.release()
    except (LockError, redis.RedisError):
        return


@asynccontextmanager
async def _renewing(lock: Lock) -> AsyncIterator[None]:
    task = asyncio.create_task(_renew(lock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _renew(lock: Lock) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        await to_thread.run_sync(_reacquire, lock)


def _reacquire(lock: Lock) -> None:
    try:
        lock.reacquire()
    except (LockError, redis.RedisError):
        return
