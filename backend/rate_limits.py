"""How many jobs an address may make an hour: a moving window in Redis, shared by all replicas."""

import math
from dataclasses import dataclass
from importlib.resources import files

import redis

from backend.networks import counted_as
from contract import keys
from contract.errors import RateLimited
from contract.redis_client import store_errors

HOUR_SECONDS = 3_600


@dataclass(frozen=True)
class Allowance:
    """What is left of a caller's window: uses, and seconds until one more is free."""

    limit: int
    left: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """RateLimit and RateLimit-Policy (IETF draft, structured fields)."""
        return {
            "RateLimit-Policy": f'"jobs";q={self.limit};w={HOUR_SECONDS}',
            "RateLimit": f'"jobs";r={self.left};t={self.reset_seconds}',
        }


class TooManyJobs(RateLimited):
    """This address has made all the jobs it may make for now."""

    def __init__(self, allowance: Allowance) -> None:
        detail = f"This address may make {allowance.limit} jobs an hour; the next in {allowance.reset_seconds} s."
        super().__init__(detail, retry_after_seconds=allowance.reset_seconds)
        self.allowance = allowance


class JobsPerHour:
    """The window of each address. Fails closed: without Redis no job is made."""

    def __init__(self, client: redis.Redis, limit: int) -> None:
        lua = files("backend.lua")
        self._take = client.register_script((lua / "take.lua").read_text(encoding="utf-8"))
        self._look = client.register_script((lua / "look.lua").read_text(encoding="utf-8"))
        self._return = client.register_script((lua / "return.lua").read_text(encoding="utf-8"))
        self._limit = limit

    def take(self, address: str) -> Allowance:
        """Count one job. Raises TooManyJobs, StoreUnavailable."""
        with store_errors():
            granted, left, milliseconds = self._take(keys=[_key(address)], args=self._window())
        allowance = Allowance(self._limit, int(left), math.ceil(int(milliseconds) / 1000))
        if not granted:
            raise TooManyJobs(allowance)
        return allowance

    def look(self, address: str) -> Allowance:
        """What is left, without counting. Raises StoreUnavailable."""
        with store_errors():
            left, milliseconds = self._look(keys=[_key(address)], args=self._window())
        return Allowance(self._limit, int(left), math.ceil(int(milliseconds) / 1000))

    def give_back(self, address: str) -> None:
        """Uncount one job that was not made. Raises StoreUnavailable."""
        with store_errors():
            self._return(keys=[_key(address)], args=self._window())

    def _window(self) -> list[int]:
        return [self._limit, HOUR_SECONDS * 1000]


def _key(address: str) -> str:
    return keys.rate(f"address:{counted_as(address)}")
