"""One job's record in Redis: reads it, and stores a change with its announcement in one script. Decides nothing."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from contract import keys
from contract.errors import FailureCode, JobNotFound, JobUnreadable
from contract.events import Event, JobCompleted, JobReleased
from contract.jobs import Job
from contract.line.work import Work
from contract.records.announcements import announce
from contract.records.job_change import Change, Outcome
from contract.records.job_fields import ASKED, job_in
from contract.records.unreadable import Unreadable, UnreadableRecords, parse_job, parse_tenant
from contract.redis_client import store_errors
from contract.scripts import load_script


@dataclass(frozen=True)
class LineFull:
    """No room in the line; the last job in it is reached in about so many seconds."""

    wait_seconds: int


class Known:
    """The store has this job already; it is not taken in twice."""


class JobRecords:
    """The records of all jobs. Every method raises StoreUnavailable when the server cannot be reached."""

    def __init__(self, client: redis.Redis, *, lease_seconds: float) -> None:
        self._redis = client
        self._lease_ms = int(lease_seconds * 1000)
        self._unreadable = UnreadableRecords(client)
        self._accept = load_script(client, "turns", "accept")
        self._change = load_script(client, "turns", "change")
        self._beat = load_script(client, "beat")

    def now(self) -> datetime:
        """The server's clock, the only one that decides anything."""
        with store_errors():
            seconds, microseconds = self._redis.time()
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)

    def read(self, job_id: str) -> Job:
        """The job as it stands. Raises JobNotFound, JobUnreadable."""
        job = self._read([job_id])[0]
        if job is None:
            raise JobNotFound
        if isinstance(job, Unreadable):
            self._unreadable.note({job_id: job})
            raise JobUnreadable
        return job

    def read_all(self, job_ids: list[str]) -> list[Job | None]:
        """The jobs of these ids; None for those that are not there, are hidden, or cannot be read."""
        found = self._read(job_ids)
        self._unreadable.note({i: job for i, job in zip(job_ids, found, strict=True) if isinstance(job, Unreadable)})
        return [None if isinstance(job, Unreadable) else job for job in found]

    def tenants(self, job_ids: list[str]) -> list[str | None]:
        """Whose jobs these are, hidden and unreadable ones too; None where even that cannot be told."""
        with store_errors():
            pipe = self._redis.pipeline(transaction=False)
            for job_id in job_ids:
                pipe.hget(keys.job(job_id), "doc")
            return [parse_tenant(text) for text in pipe.execute()]

    def accept(self, job: Job, event: Event, *, max_depth: int) -> LineFull | Known | None:
        """Store a new job and put it in line, unless there is no room, or it is known; None when it was taken in."""
        work = Work.of(job)
        details = {
            "job_id": job.job_id,
            "version": job.version,
            "fence": job.fence,
            "status": job.status,
            "created_ms": job.created_at.timestamp() * 1000,
            "max_depth": max_depth,
            "token": uuid.uuid4().hex,
        } | _turn(work)
        names = [keys.job(job.job_id), keys.PENDING, keys.PUBLISHED, keys.tenant_jobs(job.tenant)]
        names += [keys.tenant_active(job.tenant), keys.WORKERS, keys.STATISTICS, keys.EPOCH, keys.channel(job.job_id)]
        names += [*_line_keys(work), keys.ROOM_LEASES]
        with store_errors():
            answer = self._accept(keys=names, args=[json.dumps(details), *_texts(job, event)])
        if answer[0] == b"full":
            return LineFull(int(answer[1]))
        return Known() if answer[0] == b"known" else None

    def store(self, change: Change) -> Outcome:
        """Store `change.after` and announce it, if the record still is `change.before`."""
        job = change.after
        names = [keys.job(job.job_id), keys.PENDING, keys.PUBLISHED, keys.LEASES, keys.RETENTION]
        names += [keys.tenant_active(job.tenant), keys.DEAD_LETTERS, keys.STATISTICS, keys.channel(job.job_id)]
        names += [*_line_keys(change.work), keys.ROOM]
        with store_errors():
            answer = self._change(keys=names, args=[json.dumps(self._details(change)), *_texts(job, change.event)])
        return Outcome(answer.decode())

    def beat(self, job: Job) -> Job | None:
        """Renew the lease under `job.fence`; the job as it stands, None when another attempt holds it or it ended."""
        with store_errors():
            text = self._beat(keys=[keys.job(job.job_id), keys.LEASES], args=[job.job_id, job.fence, self._lease_ms])
        if text is None:
            return None
        found = parse_job(text)
        if isinstance(found, Unreadable):
            self._unreadable.note({job.job_id: found})
            raise JobUnreadable
        return found

    def _read(self, job_ids: list[str]) -> list[Job | Unreadable | None]:
        with store_errors():
            pipe = self._redis.pipeline(transaction=False)
            for job_id in job_ids:
                pipe.hmget(keys.job(job_id), *ASKED)
            return [job_in(fields) for fields in pipe.execute()]

    def _details(self, change: Change) -> dict[str, Any]:
        job = change.after
        return (
            {
                "job_id": job.job_id,
                "expected": change.before.version,
                "token": uuid.uuid4().hex,
                "version": job.version,
                "fence": job.fence,
                "status": job.status,
                "renews_lease": change.renews_lease,
                "needs_lapsed_lease": change.needs_lapsed_lease,
                "lease_ms": self._lease_ms,
                "claims": change.charge is not None,
                "charge": change.charge or 0.0,
                "refunds": isinstance(change.event, JobReleased),
            }
            | _turn(change.work)
            | (_ending(job, change.event) if job.is_terminal else {})
        )


def _ending(job: Job, event: Event) -> dict[str, Any]:
    ending: dict[str, Any] = {"expires_ms": _milliseconds(job.expires_at or job.completed_at or event.at)}
    if job.error is not None:
        ending |= {"failure": job.error.code, "given_up": job.error.code is FailureCode.worker_lost}
    if isinstance(event, JobCompleted):
        ending["spent"] = event.timings
    if isinstance(event, JobCompleted) and job.attempt == 1 and job.started_at is not None:
        ending["service_ms"] = max(0, _milliseconds(event.at) - _milliseconds(job.started_at))
    return ending


def _turn(work: Work) -> dict[str, Any]:
    return {"share": work.share, "rank": work.rank, "work": work.as_json()}


def _line_keys(work: Work) -> list[str]:
    return [keys.SHARES, keys.CLOCK, keys.line(work.share), keys.WORK, keys.MOVES]


def _texts(job: Job, event: Event) -> tuple[str, str]:
    return job.model_dump_json(), announce(job, event).model_dump_json()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
