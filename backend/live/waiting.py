"""Waiting, for a bounded while, until a job is as somebody wants it. Holds no thread meanwhile."""

import asyncio
from collections.abc import Callable

from backend.live.relay import Relay
from backend.view.looks import Looks
from backend.view.snapshots import Snapshot


async def wait_until(
    job_id: str, wanted: Callable[[Snapshot], bool], *, seconds: float, relay: Relay, looks: Looks
) -> Snapshot:
    """The job's snapshot once `wanted` holds, after `seconds`, or when this replica stops.

    Raises JobNotFound when it is deleted meanwhile.
    """
    async with relay.listening(job_id) as news:
        deadline = asyncio.get_running_loop().time() + seconds
        snapshot = await looks.at(job_id)
        while not wanted(snapshot):
            try:
                async with asyncio.timeout_at(deadline):
                    stopping = await news.get() is None
            except TimeoutError:
                return snapshot
            snapshot = await looks.at(job_id)
            if stopping:
                break
        return snapshot
