"""Counters that outlive every process, as the scripts of the store write them. Reads; counts nothing itself."""

from typing import Any

import redis

from contract import keys
from contract.redis_client import store_errors


class Statistics:
    """How jobs ended and what completed ones spent, summed over all workers since the data set began."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def failures(self) -> dict[str, int]:
        """Failed jobs by failure code. Raises StoreUnavailable."""
        return {code: int(count) for code, count in self._under("failed:").items()}

    def spent(self) -> dict[str, float]:
        """Sums over completed jobs of each of their timings (see contract.timings). Raises StoreUnavailable."""
        return self._under("spent:")

    def _under(self, prefix: str) -> dict[str, float]:
        with store_errors():
            kept: dict[Any, Any] = self._redis.hgetall(keys.STATISTICS)
        named = {name.decode(): float(value) for name, value in kept.items()}
        return {name.removeprefix(prefix): value for name, value in named.items() if name.startswith(prefix)}
