"""Which workers are alive and what they say of themselves. Knows no job but its id."""

from datetime import datetime

import redis
from pydantic import ValidationError

from contract import keys
from contract.recordings import Value
from contract.redis_client import store_errors, texts


class LinkFacts(Value):
    """Which sites' links a worker reads, with which yt-dlp, and what its last look at the canary link came to."""

    sites: tuple[str, ...] = ()
    yt_dlp: str | None = None
    canary: str | None = None


class WorkerFacts(Value):
    """What one worker says of itself. `memory`: free bytes by place, for example {"ram": 8e9, "cuda:0": 2e10}."""

    worker_id: str
    host: str
    pid: int
    device: str
    device_name: str = ""
    models_resident: tuple[str, ...] = ()
    memory: dict[str, int] = {}
    current_job: str | None = None
    started_at: datetime
    version: str = ""
    links: LinkFacts = LinkFacts()


class WorkerRegistry:
    """Registrations that lapse by themselves when they are not renewed."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def announce(self, facts: WorkerFacts, *, ttl_seconds: float = 30) -> None:
        """Register a worker, or renew and change what it said. Raises StoreUnavailable."""
        ttl = int(ttl_seconds * 1000)
        with store_errors():
            now = self._now()
            both = self._redis.pipeline(transaction=True)
            both.set(keys.worker(facts.worker_id), facts.model_dump_json(), px=ttl)
            both.zadd(keys.WORKERS, {facts.worker_id: now + ttl})
            both.set(keys.WORKER_SEEN, now / 1000)
            both.execute()

    def live(self) -> list[WorkerFacts]:
        """The workers whose registration holds, longest running first. Raises StoreUnavailable."""
        with store_errors():
            now = self._now()
            self._redis.zremrangebyscore(keys.WORKERS, "-inf", now)
            ids = texts(self._redis.zrange(keys.WORKERS, 0, -1))
            kept = self._redis.mget([keys.worker(worker_id) for worker_id in ids]) if ids else []
        found = [facts for facts in map(_parsed, kept) if facts is not None]
        return sorted(found, key=lambda facts: (facts.started_at, facts.worker_id))

    def check(self) -> None:
        """Raises StoreUnavailable unless a worker could register now: without memory a store only answers."""
        with store_errors():
            self._redis.set(keys.PROBE, 1, px=1)

    def last_seen(self) -> float:
        """When a worker last registered, in seconds since 1970; 0 for never. Raises StoreUnavailable."""
        with store_errors():
            return float(self._redis.get(keys.WORKER_SEEN) or 0)

    def leave(self, worker_id: str) -> None:
        """Forget a worker that stops in good order. Raises StoreUnavailable."""
        with store_errors():
            both = self._redis.pipeline(transaction=True)
            both.delete(keys.worker(worker_id))
            both.zrem(keys.WORKERS, worker_id)
            both.execute()

    def _now(self) -> int:
        seconds, microseconds = self._redis.time()
        return seconds * 1000 + microseconds // 1000


def _parsed(text: bytes | str | None) -> WorkerFacts | None:
    """None for a registration that lapsed meanwhile, or of a release that says other things."""
    if text is None:
        return None
    try:
        return WorkerFacts.model_validate_json(text)
    except ValidationError:
        return None
