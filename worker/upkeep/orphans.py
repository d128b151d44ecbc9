"""Files in storage that no job refers to: found in one pass, removed in the next if they still are. Errs on keeping."""

from datetime import UTC, datetime, timedelta

import redis
import structlog

from contract import keys
from contract.errors import JobNotFound, JobUnreadable
from contract.job_ids import is_job_id
from contract.job_store import JobStore
from contract.redis_client import store_errors
from contract.storage import BlobFacts, BlobStore

_log = structlog.get_logger(__name__)

_LEAST_AGE = timedelta(hours=24)
_MARGIN = timedelta(hours=1)
_FOLDERS = ("uploads", "results")


class Orphans:
    """Remembers what the last pass found. A store emptied meanwhile condemns nothing: its jobs are gone too.

    `kept_seconds`: how long an ended job's files are kept; nothing younger is looked at.
    """

    def __init__(self, client: redis.Redis, store: JobStore, storage: BlobStore, *, kept_seconds: float) -> None:
        self._redis = client
        self._store = store
        self._storage = storage
        self._age = max(_LEAST_AGE, timedelta(seconds=kept_seconds) + _MARGIN)
        self._marked: set[str] = set()
        self._epoch: bytes | None = None

    def sweep(self) -> None:
        """One pass. Raises StoreUnavailable, StorageUnavailable."""
        if left := self._storage.delete_unfinished(datetime.now(UTC) - self._age):
            _log.info("unfinished_removed", count=left)
        epoch = self._read_epoch()
        if epoch is None or epoch != self._epoch:
            self._marked = set()  # another data set, or none: what was marked under the last one means nothing
        found = set() if epoch is None else {blob.key for blob in self._old(_begun(epoch)) if self._is_orphan(blob.key)}
        for key in found & self._marked:
            self._storage.delete(key)
        if found & self._marked:
            _log.info("orphans_removed", count=len(found & self._marked))
        self._marked, self._epoch = found - self._marked, epoch

    def _read_epoch(self) -> bytes | None:
        with store_errors():
            found = self._redis.get(keys.EPOCH)
        return found.encode() if isinstance(found, str) else found

    def _old(self, since: datetime) -> list[BlobFacts]:
        """Old enough, and not older than the data set: an emptied store knows no job of what was there before."""
        before = datetime.now(UTC) - self._age
        return [blob for folder in _FOLDERS for blob in self._storage.list(folder) if since <= blob.modified < before]

    def _is_orphan(self, key: str) -> bool:
        folder, _, rest = key.partition("/")
        job_id, _, rest = rest.partition("/")
        if not is_job_id(job_id):
            return False
        try:
            job = self._store.get(job_id)
        except JobNotFound:
            return True
        except JobUnreadable:
            return False
        return folder == "results" and job.is_terminal and rest.split("/")[0] != str(job.fence)


def _begun(epoch: bytes) -> datetime:
    """When the data set began; long ago for one whose epoch does not say."""
    milliseconds = epoch.partition(b":")[0]
    return datetime.fromtimestamp(int(milliseconds) / 1000 if milliseconds.isdigit() else 0, UTC)
