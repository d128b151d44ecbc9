"""Every Redis key and channel, spelled once, side by side."""

PREFIX = "stemify:"

PENDING = PREFIX + "q:pending"
"""zset: queued jobs, score = enqueue time in milliseconds."""
SHARES = PREFIX + "q:shares"
"""zset: shares of the line that wait or were served lately, score = virtual time in seconds of work."""
CLOCK = PREFIX + "q:clock"
"""string: the line's virtual time, that of the job taken last."""
MOVES = PREFIX + "q:moves"
"""string: counts the line's changes, so that who worked something out of it knows whether it holds."""
WORK = PREFIX + "q:work"
"""hash: queued and claimed jobs -> what the line needs to know of each (JSON, contract/line/work.py)."""
UNREADABLE = PREFIX + "unreadable"
"""zset: jobs whose record this release cannot read, score = when that was last noticed, in milliseconds."""
LEASES = PREFIX + "leases"
"""zset: claimed jobs, score = when the lease lapses, in milliseconds of Redis's clock."""
RETENTION = PREFIX + "retention"
"""zset: finished jobs, score = when their files may be deleted, in milliseconds."""
PUBLISHED = PREFIX + "q:published"
"""zset: queued jobs, score = when their message was last sent, in milliseconds."""
RECORDS = PREFIX + "records"
"""zset: ended jobs whose files are gone, score = when their record may go too, in milliseconds."""
SWEPT = PREFIX + "swept"
"""hash: when the last sweep began (`at`, in milliseconds), and whether it spared lapsed leases (`spared`)."""
EPOCH = PREFIX + "epoch"
"""string: made once for each data set, begins with its time in milliseconds; absent where Redis was emptied."""
DEAD_LETTERS = PREFIX + "dead-letters"
"""zset: jobs given up after too many attempts, score = when, in milliseconds."""
ROOM = PREFIX + "room"
"""hash: jobs -> bytes of the storage's disk promised to them."""
ROOM_LEASES = PREFIX + "room:leases"
"""zset: promises to jobs that are not accepted yet, score = when they are void, in milliseconds."""
WORKER_SEEN = PREFIX + "workers:seen"
"""string: when a worker last registered, in seconds since 1970."""
WORKERS = PREFIX + "workers"
"""zset: known workers, score = when their registration lapses, in milliseconds."""
PROBE = PREFIX + "probe"
"""string that is gone at once: written to know whether anything can be."""
SPEEDS = PREFIX + "speeds"
"""hash: `model|device` -> measured seconds of work for each second of audio."""
STATISTICS = PREFIX + "statistics"
"""hash: counters that outlive every process (jobs ended by status and code)."""
UPLOADS = PREFIX + "uploads"
"""zset: uploads that are no job yet, score = when they expire, in milliseconds."""
CHANNEL_PATTERN = PREFIX + "events:*"


def job(job_id: str) -> str:
    """hash: the job's record."""
    return f"{PREFIX}job:{job_id}"


def line(share: str) -> str:
    """zset: a share's queued jobs, score = priority, then enqueue time."""
    return f"{PREFIX}q:line:{share}"


def channel(job_id: str) -> str:
    """pub/sub channel: the job's events."""
    return f"{PREFIX}events:{job_id}"


def tenant_jobs(tenant: str) -> str:
    """zset: a tenant's jobs, score = creation time in milliseconds."""
    return f"{PREFIX}t:{tenant}:jobs"


def tenant_active(tenant: str) -> str:
    """set: a tenant's jobs that have not ended."""
    return f"{PREFIX}t:{tenant}:active"


def worker(worker_id: str) -> str:
    """string with a time to live: what a worker says of itself."""
    return f"{PREFIX}worker:{worker_id}"


def idempotency(tenant: str, key: str) -> str:
    """string with a time to live: the request and answer kept for an Idempotency-Key."""
    return f"{PREFIX}idem:{tenant}:{key}"


def rate(tenant: str) -> str:
    """string: the moving window of a caller's requests."""
    return f"{PREFIX}rate:{tenant}"


def upload(upload_id: str) -> str:
    """string with a time to live: an upload as it was announced."""
    return f"{PREFIX}upload:{upload_id}"


def upload_writer(upload_id: str) -> str:
    """string with a time to live: the lock of whoever writes to an upload."""
    return f"{PREFIX}upload:{upload_id}:writer"


def upload_wanted(upload_id: str) -> str:
    """string with a time to live: somebody else asks for that lock."""
    return f"{PREFIX}upload:{upload_id}:wanted"


def open_uploads(scope: str) -> str:
    """zset: a caller's uploads that are no job yet, score = when they expire, in milliseconds."""
    return f"{PREFIX}uploads:{scope}"
