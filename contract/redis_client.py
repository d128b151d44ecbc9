"""Connections to the Redis-compatible server, with every timeout said. The only place that opens its address."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from contract.errors import StoreUnavailable
from contract.settings import RedisSettings

_TRIES = 2
_BACKOFF_SECONDS = 0.05
_LONGEST_BACKOFF_SECONDS = 0.5
_HEALTH_CHECK_SECONDS = 15
_LOST = (redis.exceptions.ConnectionError, redis.exceptions.ReadOnlyError)
"""Tried again at once, on a new connection: a server that became a replica keeps its clients, and refuses their changes
for ever. A timeout is not tried again: whoever asked has waited long enough."""


def connect(settings: RedisSettings) -> redis.Redis:
    """A client for commands, safe to share among threads; connects when first used.

    Raises ValueError (without the address, which may hold a password) when the address is of no known form.
    """
    backoff = ExponentialBackoff(base=_BACKOFF_SECONDS, cap=_LONGEST_BACKOFF_SECONDS)
    retry = Retry(backoff, _TRIES, supported_errors=_LOST)
    with _address_kept_secret():
        return redis.Redis.from_url(settings.url.get_secret_value(), retry=retry, **_timeouts(settings))


def connect_async(settings: RedisSettings) -> redis.asyncio.Redis:
    """A client for an event loop; connects when first used. Otherwise as `connect`."""
    backoff = ExponentialBackoff(base=_BACKOFF_SECONDS, cap=_LONGEST_BACKOFF_SECONDS)
    retry = AsyncRetry(backoff, _TRIES, supported_errors=_LOST)
    with _address_kept_secret():
        return redis.asyncio.Redis.from_url(settings.url.get_secret_value(), retry=retry, **_timeouts(settings))


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns whatever the server or the way to it did wrong into StoreUnavailable."""
    try:
        yield
    except redis.exceptions.OutOfMemoryError as error:
        raise StoreUnavailable("The job store has no memory left.", retry_after_seconds=60) from error
    except (redis.exceptions.RedisError, OSError) as error:
        raise StoreUnavailable from error


def texts(members: Iterable[Any]) -> list[str]:
    """The members of a set or list as text; the server answers in bytes."""
    return [member.decode() if isinstance(member, bytes) else str(member) for member in members]


def _timeouts(settings: RedisSettings) -> dict[str, Any]:
    # RESP2 is what every compatible server speaks; redis-py 8 would ask for RESP3 and maintenance notices.
    return {
        "socket_timeout": settings.timeout_seconds,
        "socket_connect_timeout": settings.timeout_seconds,
        "health_check_interval": _HEALTH_CHECK_SECONDS,
        "protocol": 2,
    }


@contextmanager
def _address_kept_secret() -> Iterator[None]:
    try:
        yield
    except ValueError:
        raise ValueError("redis.url must be redis://HOST:PORT/DB, rediss://... or unix:///PATH?db=N") from None
