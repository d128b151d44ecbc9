"""A job's record as both kinds of reader ask for it, and the job in what comes back. Asks nobody."""

from datetime import UTC, datetime

from contract.jobs import Job
from contract.records.unreadable import Unreadable, parse_job

ASKED = ("doc", "gone", "expires_ms")
"""The record's fields that together say how a job stands."""


def job_in(fields: list[bytes | None]) -> Job | Unreadable | None:
    """The job in these fields, in the order of ASKED; None when there is none, or it is hidden."""
    text, gone, expires_ms = fields
    if text is None or gone is not None:
        return None
    job = parse_job(text)
    if expires_ms is None or isinstance(job, Unreadable):
        return job
    return job.model_copy(update={"expires_at": datetime.fromtimestamp(int(expires_ms) / 1000, UTC)})
