"""How long an ended job's files and record are kept, and the order in which they go. Removes no file itself."""

import uuid
from datetime import timedelta

import redis

from contract import keys
from contract.errors import JobNotFound
from contract.jobs import Job
from contract.records.job_record import JobRecords
from contract.redis_client import store_errors, texts
from contract.scripts import load_script
from contract.settings import RetentionSettings

_LATE_WRITES_SECONDS = 60
"""After a deletion the files are removed once more, so that what a late worker still wrote goes too."""
_AGAIN = timedelta(minutes=10)
"""After files could not be removed, until the next try."""


class Expiry:
    """Every method raises StoreUnavailable when the server cannot be reached."""

    def __init__(self, client: redis.Redis, records: JobRecords, retention: RetentionSettings) -> None:
        self._redis = client
        self._records = records
        self._retention = retention
        self._delete = load_script(client, "delete")
        self._removed = load_script(client, "files_removed")
        self._downloaded = load_script(client, "downloaded")

    def hide(self, job: Job) -> None:
        """Hide an ended job's record; its files come due. Raises JobNotFound when it is hidden already."""
        job_id = job.job_id
        names = [keys.job(job_id), keys.PENDING, keys.PUBLISHED, keys.LEASES, keys.RETENTION, keys.RECORDS]
        names += [keys.tenant_jobs(job.tenant), keys.tenant_active(job.tenant), keys.DEAD_LETTERS]
        with store_errors():
            answer = self._delete(keys=names, args=[job_id, _LATE_WRITES_SECONDS * 1000, uuid.uuid4().hex])
        if answer is None:
            raise JobNotFound

    def due(self, limit: int) -> list[str]:
        """Ended jobs, deleted ones among them, whose files should go now; `files_removed` says that they went."""
        return self._before_now(keys.RETENTION, limit)

    def files_removed(self, job_id: str) -> None:
        """An ended job's files are gone. Its record follows in its time, or at once when it was deleted."""
        later = max(0, self._retention.records_seconds - self._retention.files_seconds)
        with store_errors():
            self._removed(keys=[keys.job(job_id), keys.RETENTION, keys.RECORDS], args=[job_id, later * 1000])

    def postpone(self, job_id: str) -> None:
        """A job's files cannot be removed now: they come due again later, and keep no others from their turn."""
        again = self._records.now() + _AGAIN
        with store_errors():
            self._redis.zadd(keys.RETENTION, {job_id: int(again.timestamp() * 1000)}, xx=True)

    def downloaded(self, job_id: str) -> None:
        """A download began: where a shorter time after it is set, that time begins."""
        seconds = self._retention.after_download_seconds
        if seconds is not None:
            with store_errors():
                self._downloaded(keys=[keys.job(job_id), keys.RETENTION], args=[job_id, seconds * 1000])

    def forget(self, limit: int) -> int:
        """Remove records whose time is over; how many went."""
        ids = self._before_now(keys.RECORDS, limit)
        for job_id, tenant in zip(ids, self._records.tenants(ids), strict=True):
            with store_errors():
                pipe = self._redis.pipeline(transaction=True)
                pipe.delete(keys.job(job_id))
                pipe.zrem(keys.DEAD_LETTERS, job_id)
                pipe.zrem(keys.UNREADABLE, job_id)
                if tenant is not None:
                    pipe.zrem(keys.tenant_jobs(tenant), job_id)
                pipe.zrem(keys.RECORDS, job_id)
                pipe.execute()
        return len(ids)

    def _before_now(self, index: str, limit: int) -> list[str]:
        now = self._records.now() + timedelta(milliseconds=1)
        with store_errors():
            return texts(self._redis.zrangebyscore(index, "-inf", int(now.timestamp() * 1000), start=0, num=limit))
