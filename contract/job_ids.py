"""A job's id: made at random, safe in an address, a path and a key."""

import re
import uuid

_JOB_ID = re.compile(r"[0-9a-f]{32}")


def new_job_id() -> str:
    """A fresh id of 32 hexadecimal digits, 122 bits of them random."""
    return uuid.uuid4().hex


def is_job_id(text: str) -> bool:
    """Whether `text` has the form of a job id (not whether such a job exists)."""
    return _JOB_ID.fullmatch(text) is not None
