"""A tenant's jobs, newest first, a page at a time. Reads; changes nothing."""

import base64
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import redis

from contract import keys
from contract.errors import FieldProblem
from contract.jobs import Job, JobStatus
from contract.records.job_record import JobRecords
from contract.redis_client import store_errors

_BATCH = 100
_LOOKED_AT = 2_000
"""Most records one page looks through; a filter that matches little gives a short page and a cursor to go on from."""


@dataclass(frozen=True)
class Page:
    """Some jobs, and where the next page begins (None after the last)."""

    jobs: tuple[Job, ...]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs a page shows; None leaves a thing open."""

    statuses: Collection[JobStatus] | None = None
    model: str | None = None
    created_after: datetime | None = None

    def takes(self, job: Job) -> bool:
        """Whether the job belongs on the page."""
        return (
            (self.statuses is None or job.status in self.statuses)
            and (self.model is None or job.options.model == self.model)
            and (self.created_after is None or job.created_at > self.created_after)
        )


@dataclass(frozen=True)
class _Spot:
    """A job's place in a tenant's list: creation time in milliseconds, then id."""

    score: float
    job_id: str

    def cursor(self) -> str:
        return base64.urlsafe_b64encode(f"{self.score!r}:{self.job_id}".encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, cursor: str) -> "_Spot":
        try:
            score, _, job_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
            return cls(_finite(score), job_id)
        except ValueError:
            raise FieldProblem([("/cursor", "is none that this service gave")]) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


class JobPages:
    """Reads pages of a tenant's jobs."""

    def __init__(self, client: redis.Redis, records: JobRecords) -> None:
        self._redis = client
        self._records = records

    def page(self, tenant: str, *, limit: int, cursor: str | None, wanted: JobFilter) -> Page:
        """At most `limit` jobs after `cursor`. Raises FieldProblem for a foreign cursor, StoreUnavailable."""
        start = None if cursor is None else _Spot.parse(cursor)
        jobs: list[Job] = []
        last: _Spot | None = None
        for seen, (spot, job) in enumerate(self._jobs(tenant, start)):
            if len(jobs) == limit or seen == _LOOKED_AT:
                return Page(tuple(jobs), last.cursor() if last else None)
            last = spot
            if wanted.created_after is not None and spot.score < wanted.created_after.timestamp() * 1000 - 1:
                break
            if job is not None and wanted.takes(job):
                jobs.append(job)
        return Page(tuple(jobs), None)

    def _jobs(self, tenant: str, start: _Spot | None) -> Iterator[tuple[_Spot, Job | None]]:
        spots = self._spots(tenant, start)
        while batch := list(islice(spots, _BATCH)):
            yield from zip(batch, self._records.read_all([spot.job_id for spot in batch]), strict=True)

    def _spots(self, tenant: str, start: _Spot | None) -> Iterator[_Spot]:
        offset = 0
        newest = "+inf" if start is None else start.score
        while True:
            with store_errors():
                found: list[Any] = self._redis.zrevrangebyscore(
                    keys.tenant_jobs(tenant), newest, "-inf", start=offset, num=_BATCH, withscores=True
                )
            for member, score in found:
                spot = _Spot(float(score), member.decode())
                if start is None or (spot.score, spot.job_id) < (start.score, start.job_id):
                    yield spot
            if len(found) < _BATCH:
                return
            offset += _BATCH
