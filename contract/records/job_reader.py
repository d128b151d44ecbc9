"""Reads jobs on an event loop, many in one trip. Holds no thread and changes no job."""

from collections.abc import Sequence
from dataclasses import dataclass

import redis.asyncio

from contract import keys
from contract.jobs import Job
from contract.records.job_fields import ASKED, job_in
from contract.records.unreadable import Unreadable
from contract.redis_client import store_errors


@dataclass(frozen=True)
class Reading:
    """Jobs at one moment, in the order they were asked for (None: not there); `line_moves`: see WaitingLine.moves."""

    jobs: list[Job | Unreadable | None]
    line_moves: int


class JobReader:
    """One for each process with an event loop."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._redis = client

    async def read(self, job_ids: Sequence[str]) -> Reading:
        """These jobs as they stand now. Raises StoreUnavailable."""
        with store_errors():
            pipe = self._redis.pipeline(transaction=False)
            for job_id in job_ids:
                pipe.hmget(keys.job(job_id), *ASKED)
            pipe.get(keys.MOVES)
            *found, moves = await pipe.execute()
        return Reading([job_in(fields) for fields in found], int(moves or 0))
