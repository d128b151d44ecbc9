"""Records that this release cannot read: another release's, or damaged. Set aside and counted; they keep no other.

A rolling upgrade has both releases at work: what one cannot read it leaves to the other.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

import redis
import structlog
from pydantic import ValidationError

from contract import keys
from contract.jobs import Job
from contract.redis_client import store_errors

_log = structlog.get_logger(__name__)

_REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True)
class Unreadable:
    """A record this release cannot read. `because`: the fields at fault, never their values."""

    because: str


def parse_job(text: bytes) -> Job | Unreadable:
    """The job in a record's text."""
    try:
        return Job.model_validate_json(text)
    except ValidationError as error:
        places = (".".join(str(part) for part in wrong["loc"]) for wrong in error.errors(include_input=False))
        return Unreadable(", ".join(filter(None, places)) or "not JSON")


def parse_tenant(text: bytes | str | None) -> str | None:
    """Whose job a record tells of, whatever else it says; None where even that cannot be told."""
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return None
    return str(found["tenant"]) if isinstance(found, dict) and "tenant" in found else None


class UnreadableRecords:
    """Which they are, for all processes. Every method raises StoreUnavailable."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def note(self, found: dict[str, Unreadable]) -> None:
        """Count these, by job id; each is logged once in a while."""
        for job_id, unreadable in found.items():
            with store_errors():
                is_new = self._redis.zadd(keys.UNREADABLE, {job_id: self._now_ms()})
            if is_new:
                _log.error("record_unreadable", job_id=job_id, because=unreadable.because)

    def count(self) -> int:
        """How many there were in the last hour."""
        since = self._now_ms() - _REMEMBERED.total_seconds() * 1000
        with store_errors():
            self._redis.zremrangebyscore(keys.UNREADABLE, "-inf", since)
            return self._redis.zcard(keys.UNREADABLE)

    def _now_ms(self) -> float:
        with store_errors():
            seconds, microseconds = self._redis.time()
        return float(seconds * 1000 + microseconds / 1000)
