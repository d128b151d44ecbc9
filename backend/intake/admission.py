"""Whether a new job may be made at all, asked before a byte of the recording is read. Blocks."""

import contextlib
import math

from backend.assembly import Parts
from backend.dependencies import Caller
from contract.errors import NoWorker, QueueFull, StoreUnavailable

_SOONEST_RETRY_SECONDS, _LATEST_RETRY_SECONDS = 5, 300
_KEPT_FOR_NEWCOMERS = 10
"""One part in so many of the line is for callers who have nothing in it, so that nobody fills it alone."""


def admit(parts: Parts, caller: Caller) -> dict[str, str]:
    """Count one new job of this caller, who is among the arrivals already; headers that tell what is left to them.

    Raises QueueFull, NoWorker, RateLimited, StoreUnavailable.
    """
    _check_worker(parts)
    _check_line(parts, caller.share)
    if parts.jobs_per_hour is None:
        return {}
    return parts.jobs_per_hour.take(caller.address).headers()


def withdraw(parts: Parts, caller: Caller) -> None:
    """The job was not made after all, so it does not count (unless the store cannot be told so)."""
    if parts.jobs_per_hour is None:
        return
    with contextlib.suppress(StoreUnavailable):
        parts.jobs_per_hour.give_back(caller.address)


def _check_worker(parts: Parts) -> None:
    """Workers of a replica that begins have as long to come as those of one that runs to come back."""
    most = parts.settings.intake.without_worker_seconds
    if most == math.inf or parts.workers.live():
        return
    seen = max(parts.workers.last_seen(), parts.began_at)
    if parts.store.now().timestamp() - seen > most:
        raise NoWorker


def _check_line(parts: Parts, share: str) -> None:
    """Full, or so long that this caller's turn is too far away: another caller's may be near."""
    queue, arriving = parts.settings.queue, parts.arrivals.now
    if arriving > parts.settings.intake.at_once:
        raise QueueFull("Too many recordings are arriving at this moment.", retry_after_seconds=_SOONEST_RETRY_SECONDS)
    left = queue.max_depth - parts.store.depth() - arriving
    is_full = left < 0 or (left < queue.max_depth // _KEPT_FOR_NEWCOMERS and parts.store.waiting_of(share) > 0)
    if not is_full and queue.longest_wait_seconds == math.inf:
        return
    wait = parts.outlooks.newcomer(share).begins_in
    if is_full:
        raise QueueFull(retry_after_seconds=retry_after(wait))
    if wait > queue.longest_wait_seconds:
        detail = f"Your next job would begin in about {wait / 60:.0f} minutes; please send it when fewer wait."
        raise QueueFull(detail, retry_after_seconds=retry_after(wait))


def retry_after(wait_seconds: float) -> int:
    """When to come back, by how long the line is now: half its time, since others leave it too."""
    return int(min(max(wait_seconds / 2, _SOONEST_RETRY_SECONDS), _LATEST_RETRY_SECONDS))
