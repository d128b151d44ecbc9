"""The line of waiting jobs and the leases of running ones: lengths, places, and what has been lost. Changes no job."""

from dataclasses import dataclass

import redis

from contract import keys
from contract.jobs import JobStatus
from contract.redis_client import store_errors, texts
from contract.scripts import load_script
from contract.settings import QueueSettings

_SWEPT_AT_ONCE = 200
_PATIENCE = 15
"""While there are as many messages as jobs, a message counts as lost after so many times its usual age."""


@dataclass(frozen=True)
class Reaped:
    """What a sweep found.

    `requeued`: jobs whose attempt was lost and that wait again. `failed`: jobs that ended instead. `to_publish`: every
    job whose message should be sent now, those of `requeued` included.
    """

    requeued: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    to_publish: tuple[str, ...] = ()


class WaitingLine:
    """Every method raises StoreUnavailable when the server cannot be reached."""

    def __init__(self, client: redis.Redis, queue: QueueSettings) -> None:
        self._redis = client
        self._queue = queue
        self._republish = load_script(client, "republish")

    def depth(self) -> int:
        """How many jobs wait."""
        with store_errors():
            return self._redis.zcard(keys.PENDING)

    def place(self, job_id: str) -> int | None:
        """The job's place among the waiting, the next one being 1; None when it does not wait."""
        with store_errors():
            rank = self._redis.zrank(keys.PENDING, job_id)
        return rank + 1 if isinstance(rank, int) else None

    def counts(self) -> dict[JobStatus, int]:
        """How many jobs wait and run now, and how many have ever ended each way."""
        with store_errors():
            pipe = self._redis.pipeline(transaction=True)
            pipe.zcard(keys.PENDING)
            pipe.zcard(keys.LEASES)
            pipe.hgetall(keys.STATISTICS)
            waiting, running, statistics = pipe.execute()
        counts = {status: int(statistics.get(f"ended:{status}".encode(), 0)) for status in JobStatus}
        return counts | {JobStatus.queued: waiting, JobStatus.processing: running}

    def oldest_milliseconds(self) -> int | None:
        """When the first in line was queued, in milliseconds since 1970; None when nobody waits."""
        with store_errors():
            first = self._redis.zrange(keys.PENDING, 0, 0, withscores=True)
        return int(first[0][1]) if first else None

    def may_sweep(self) -> bool:
        """True for one caller in a while, however many ask."""
        milliseconds = max(1, int(self._queue.sweep_seconds * 800))
        with store_errors():
            return bool(self._redis.set(keys.REAPER, 1, nx=True, px=milliseconds))

    def lapsed(self) -> list[str]:
        """Jobs whose lease lapsed, longest first; at most a few hundred at once."""
        with store_errors():
            seconds, microseconds = self._redis.time()
            now = seconds * 1000 + microseconds // 1000
            return texts(self._redis.zrangebyscore(keys.LEASES, "-inf", now, start=0, num=_SWEPT_AT_ONCE))

    def claimed(self) -> list[str]:
        """Jobs with a lease, lapsed or not."""
        with store_errors():
            return texts(self._redis.zrange(keys.LEASES, 0, -1))

    def unheard(self) -> list[str]:
        """Waiting jobs whose message may be lost; marked as sent, so that they come once in a while."""
        age = int(self._queue.republish_seconds * 1000)
        with store_errors():
            due = self._republish(
                keys=[keys.PENDING, keys.PUBLISHED, self._queue.name], args=[age, age * _PATIENCE, _SWEPT_AT_ONCE]
            )
        return texts(due)

    def drop(self, job_id: str) -> None:
        """Take a job whose record is gone out of the line and the leases."""
        with store_errors():
            pipe = self._redis.pipeline(transaction=True)
            for index in (keys.PENDING, keys.PUBLISHED, keys.LEASES):
                pipe.zrem(index, job_id)
            pipe.execute()
