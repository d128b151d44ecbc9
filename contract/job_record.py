"""One job's record in Redis: reads it, and stores a change with its announcement in one script. Decides nothing."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import redis

from contract import keys
from contract.announcements import announce
from contract.errors import FailureCode, JobNotFound
from contract.events import Event, JobCompleted
from contract.jobs import Job
from contract.redis_client import store_errors
from contract.scripts import load_script


class Outcome(StrEnum):
    """What became of a change. `conflict`: the record moved meanwhile; `held`: the lease still holds."""

    done = "done"
    conflict = "conflict"
    held = "held"
    gone = "gone"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A job before and after one event, and what the change means for the job's lease."""

    before: Job
    event: Event
    after: Job
    renews_lease: bool = False
    needs_lapsed_lease: bool = False


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
        self._accept = load_script(client, "accept")
        self._change = load_script(client, "change")
        self._beat = load_script(client, "beat")

    def now(self) -> datetime:
        """The server's clock, the only one that decides anything."""
        with store_errors():
            seconds, microseconds = self._redis.time()
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)

    def read(self, job_id: str) -> Job:
        """The job as it stands. Raises JobNotFound."""
        job = self.read_all([job_id])[0]
        if job is None:
            raise JobNotFound
        return job

    def read_all(self, job_ids: list[str], *, hidden: bool = False) -> list[Job | None]:
        """The jobs of these ids, None for those that are not there; with `hidden`, deleted ones too."""
        with store_errors():
            pipe = self._redis.pipeline(transaction=False)
            for job_id in job_ids:
                pipe.hmget(keys.job(job_id), "doc", "gone", "expires_ms")
            return [_job(fields, hidden=hidden) for fields in pipe.execute()]

    def accept(self, job: Job, event: Event, *, max_depth: int) -> LineFull | Known | None:
        """Store a new job and put it in line, unless there is no room, or it is known; None when it was taken in."""
        details = {
            "job_id": job.job_id,
            "version": job.version,
            "fence": job.fence,
            "status": job.status,
            "created_ms": job.created_at.timestamp() * 1000,
            "max_depth": max_depth,
            "token": uuid.uuid4().hex,
        }
        names = [keys.job(job.job_id), keys.PENDING, keys.PUBLISHED, keys.tenant_jobs(job.tenant)]
        names += [keys.tenant_active(job.tenant), keys.WORKERS, keys.STATISTICS, keys.EPOCH, keys.channel(job.job_id)]
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
        with store_errors():
            answer = self._change(keys=names, args=[json.dumps(self._details(change)), *_texts(job, change.event)])
        return Outcome(answer.decode())

    def beat(self, job: Job) -> Job | None:
        """Renew the lease under `job.fence`; the job as it stands, None when another attempt holds it or it ended."""
        with store_errors():
            text = self._beat(keys=[keys.job(job.job_id), keys.LEASES], args=[job.job_id, job.fence, self._lease_ms])
        return None if text is None else Job.model_validate_json(text)

    def _details(self, change: Change) -> dict[str, Any]:
        job = change.after
        return {
            "job_id": job.job_id,
            "expected": change.before.version,
            "token": uuid.uuid4().hex,
            "version": job.version,
            "fence": job.fence,
            "status": job.status,
            "renews_lease": change.renews_lease,
            "needs_lapsed_lease": change.needs_lapsed_lease,
            "lease_ms": self._lease_ms,
        } | (_ending(job, change.event) if job.is_terminal else {})


def _ending(job: Job, event: Event) -> dict[str, Any]:
    ending: dict[str, Any] = {"expires_ms": _milliseconds(job.expires_at or job.completed_at or event.at)}
    if job.error is not None:
        ending |= {"failure": job.error.code, "given_up": job.error.code is FailureCode.worker_lost}
    if isinstance(event, JobCompleted):
        ending["spent"] = event.timings
    if isinstance(event, JobCompleted) and job.attempt == 1 and job.started_at is not None:
        ending["service_ms"] = max(0, _milliseconds(event.at) - _milliseconds(job.started_at))
    return ending


def _texts(job: Job, event: Event) -> tuple[str, str]:
    return job.model_dump_json(), announce(job, event).model_dump_json()


def _job(fields: list[bytes | None], *, hidden: bool) -> Job | None:
    text, gone, expires_ms = fields
    if text is None or (gone is not None and not hidden):
        return None
    job = Job.model_validate_json(text)
    if expires_ms is None:
        return job
    return job.model_copy(update={"expires_at": datetime.fromtimestamp(int(expires_ms) / 1000, UTC)})


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
