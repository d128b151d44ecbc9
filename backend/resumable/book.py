"""What is known of each upload, kept in Redis for all replicas. How far it is, only its bytes in storage tell."""

from datetime import datetime
from importlib.resources import files

import redis
from pydantic import BaseModel, ConfigDict

from backend.resumable.errors import TooManyUploads, UploadExpired, UploadNotFound
from contract import keys
from contract.job_ids import is_job_id
from contract.redis_client import store_errors, texts

REMEMBERED_SECONDS = 86_400
"""How long an upload that expired is still called expired and not unknown."""


class UploadRecord(BaseModel):
    """An upload as it was announced. Its id becomes its job's id; `used` once it has.

    `direct`: the bucket's own name for it, when its bytes go there past this service.
    """

    model_config = ConfigDict(frozen=True)

    upload_id: str
    tenant: str
    scope: str
    bytes: int
    filename: str = ""
    sha256: str | None = None
    expires_at: datetime
    used: bool = False
    direct: str | None = None

    @property
    def blob(self) -> str:
        """Where its bytes go: where its job will look for them."""
        return f"uploads/{self.upload_id}/source"


class UploadBook:
    """Every method raises StoreUnavailable when the server cannot be reached."""

    def __init__(self, client: redis.Redis, most_open: int | None) -> None:
        """`most_open`: uploads one caller may have open at once; None for any number."""
        self._redis = client
        self._most_open = most_open
        lua = (files("backend.lua") / "begin_upload.lua").read_text(encoding="utf-8")
        self._begin = client.register_script(lua)

    def begin(self, record: UploadRecord) -> None:
        """Enter a new upload. Raises TooManyUploads."""
        expires = int(record.expires_at.timestamp() * 1000)
        names = [keys.upload(record.upload_id), keys.UPLOADS, keys.open_uploads(record.scope)]
        told: list[str | int] = [
            record.upload_id,
            record.model_dump_json(),
            expires,
            REMEMBERED_SECONDS * 1000,
            self._most_open or 0,
        ]
        with store_errors():
            if not self._begin(keys=names, args=told):
                raise TooManyUploads

    def get(self, upload_id: str, *, tenant: str, now: datetime) -> UploadRecord:
        """The tenant's upload. Raises UploadNotFound, also for another tenant's, and UploadExpired."""
        record = self._read(upload_id) if is_job_id(upload_id) else None
        if record is None or record.tenant != tenant:
            raise UploadNotFound
        if not record.used and record.expires_at <= now:
            raise UploadExpired
        return record

    def again(self, record: UploadRecord) -> UploadRecord:
        """The same upload as it stands now. Raises UploadNotFound."""
        found = self._read(record.upload_id)
        if found is None:
            raise UploadNotFound
        return found

    def find(self, upload_id: str) -> UploadRecord | None:
        """An upload, whoever's it is and whether its time is over or not."""
        return self._read(upload_id)

    def is_open(self, upload_id: str) -> bool:
        """Whether it is neither a job nor gone."""
        with store_errors():
            return self._redis.zscore(keys.UPLOADS, upload_id) is not None

    def use(self, record: UploadRecord) -> None:
        """It became a job, whose files are the job's own affair from now on."""
        text = record.model_copy(update={"used": True}).model_dump_json()
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.upload(record.upload_id), text, keepttl=True, xx=True)
            self._close(pipe, record)
            pipe.execute()

    def drop(self, record: UploadRecord) -> None:
        """Forget an upload that its caller ended."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(keys.upload(record.upload_id))
            self._close(pipe, record)
            pipe.execute()

    def due(self, now: datetime, limit: int) -> list[str]:
        """Uploads whose time is over; then say `gone`."""
        with store_errors():
            return texts(self._redis.zrangebyscore(keys.UPLOADS, "-inf", int(now.timestamp() * 1000), 0, limit))

    def postpone(self, upload_id: str, until: datetime) -> None:
        """The bytes of an upload from `due` cannot be removed now."""
        with store_errors():
            self._redis.zadd(keys.UPLOADS, {upload_id: int(until.timestamp() * 1000)}, xx=True)

    def gone(self, upload_id: str) -> None:
        """The bytes of an upload from `due` are removed; its record says `expired` for a while yet."""
        with store_errors():
            self._redis.zrem(keys.UPLOADS, upload_id)

    def _close(self, pipe: "redis.client.Pipeline", record: UploadRecord) -> None:
        pipe.zrem(keys.UPLOADS, record.upload_id)
        pipe.zrem(keys.open_uploads(record.scope), record.upload_id)

    def _read(self, upload_id: str) -> UploadRecord | None:
        with store_errors():
            text = self._redis.get(keys.upload(upload_id))
        return None if text is None else UploadRecord.model_validate_json(text)
