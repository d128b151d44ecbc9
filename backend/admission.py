"""Whether a new job may be made at all, asked before a byte of the recording is read. Blocks."""

import contextlib

from backend.assembly import Parts
from backend.dependencies import Caller
from contract.errors import InsufficientStorage, NoWorker, QueueFull, StoreUnavailable


def admit(parts: Parts, caller: Caller) -> dict[str, str]:
    """Count one new job of this caller; the headers that tell what is left of their allowance.

    Raises QueueFull, InsufficientStorage, NoWorker, RateLimited, StoreUnavailable.
    """
    _check_room(parts)
    if parts.jobs_per_hour is None:
        return {}
    return parts.jobs_per_hour.take(caller.address).headers()


def withdraw(parts: Parts, caller: Caller) -> None:
    """The job was not made after all, so it does not count (unless the store cannot be told so)."""
    if parts.jobs_per_hour is None:
        return
    with contextlib.suppress(StoreUnavailable):
        parts.jobs_per_hour.give_back(caller.address)


def _check_room(parts: Parts) -> None:
    settings = parts.settings
    if parts.store.depth() >= settings.queue.max_depth:
        raise QueueFull
    free = parts.storage.free_bytes()
    if free is not None and free < settings.storage.free_bytes_floor + settings.limits.max_upload_bytes:
        raise InsufficientStorage
    if settings.intake.needs_worker and not parts.workers.live():
        raise NoWorker
