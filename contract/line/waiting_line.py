"""The line of waiting jobs and the leases of running ones: lengths, places, and what has been lost. Changes no job."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import redis

from contract import keys
from contract.jobs import JobStatus
from contract.line.fair_order import Line, Waiting
from contract.line.work import Work
from contract.redis_client import store_errors, texts
from contract.scripts import load_script
from contract.settings import QueueSettings

_SWEPT_AT_ONCE = 200
_LOOKED_AT_ONCE = 8
_TURNS = [keys.SHARES, keys.CLOCK, keys.PENDING]
_PATIENCE = 15
"""While there are as many messages as jobs, a message counts as lost after so many times its usual age."""
_REMEMBERED = 4_096
"""Texts of waiting jobs that are not parsed anew each time the line is read."""


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
        self._next = load_script(client, "next")
        self._republish = load_script(client, "republish")
        self._sweep = load_script(client, "sweep")

    def depth(self) -> int:
        """How many jobs wait."""
        with store_errors():
            return self._redis.zcard(keys.PENDING)

    def waiting_of(self, share: str) -> int:
        """How many of them take this share's turns."""
        with store_errors():
            return self._redis.zcard(keys.line(share))

    def in_turn(self) -> Iterator[str]:
        """The jobs to take next, the one whose turn it is first, then the first ones of other shares, and so on."""
        passed: list[str] = []
        while found := self._next_after(passed):
            yield from found
            passed += found

    def _next_after(self, passed: Sequence[str]) -> list[str]:
        with store_errors():
            return texts(self._next(keys=_TURNS, args=[keys.line(""), _LOOKED_AT_ONCE, *passed]))

    def moves(self) -> int:
        """Another number whenever the line has changed."""
        with store_errors():
            return int(self._redis.get(keys.MOVES) or 0)

    def read(self) -> Line:
        """All that wait and run now."""
        with store_errors():
            pipe = self._redis.pipeline(transaction=True)
            pipe.time()
            pipe.zrange(keys.PENDING, 0, -1, withscores=True)
            pipe.hgetall(keys.WORK)
            pipe.zrange(keys.SHARES, 0, -1, withscores=True)
            pipe.get(keys.CLOCK)
            (seconds, microseconds), pending, kept, shares, clock = pipe.execute()
        works = {job_id.decode(): work for job_id, text in kept.items() if (work := _work(text)) is not None}
        since = {job_id.decode(): score for job_id, score in pending}
        return Line(
            now_ms=seconds * 1000 + microseconds / 1000,
            waiting=tuple(Waiting(job_id, since[job_id], works[job_id]) for job_id in since if job_id in works),
            running=tuple(work for job_id, work in works.items() if job_id not in since),
            virtual={share.decode(): score for share, score in shares},
            clock=float(clock or 0),
        )

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
        """True for one caller in a while, however many ask.

        Leases that lapsed while nobody swept, and so nobody could renew them, hold for two beats more.
        """
        queue = self._queue
        pause, silence = queue.sweep_seconds * 0.8, queue.lease_seconds / 2
        spared, longest = queue.beat_seconds * 2, queue.lease_seconds
        with store_errors():
            answer = self._sweep(
                keys=[keys.SWEPT, keys.LEASES],
                args=[int(seconds * 1000) for seconds in (pause, silence, spared, longest)],
            )
        return answer is not None

    def lapsed(self) -> list[str]:
        """Jobs whose lease lapsed, longest first; at most a few hundred at once."""
        with store_errors():
            return texts(self._redis.zrangebyscore(keys.LEASES, "-inf", self._now_ms(), start=0, num=_SWEPT_AT_ONCE))

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

    def postpone(self, job_id: str) -> None:
        """Look at a lapsed lease again a lease later: its job cannot be judged now."""
        with store_errors():
            self._redis.zadd(keys.LEASES, {job_id: self._now_ms() + self._queue.lease_seconds * 1000}, xx=True)

    def drop(self, job_id: str) -> None:
        """Take a job whose record is gone out of the line and the leases."""
        with store_errors():
            work = _work(self._redis.hget(keys.WORK, job_id))
            pipe = self._redis.pipeline(transaction=True)
            for index in (keys.PENDING, keys.PUBLISHED, keys.LEASES):
                pipe.zrem(index, job_id)
            if work is not None:
                pipe.zrem(keys.line(work.share), job_id)
            pipe.hdel(keys.WORK, job_id)
            pipe.execute()

    def _now_ms(self) -> int:
        seconds, microseconds = self._redis.time()
        return int(seconds * 1000 + microseconds // 1000)


@functools.lru_cache(_REMEMBERED)
def _work(text: bytes | str | None) -> Work | None:
    """None where another release wrote something else: such a job is in nobody's estimate, but has its turn."""
    try:
        return None if text is None else Work.parse(text)
    except (ValueError, TypeError):
        return None
