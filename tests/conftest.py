"""What every floor of the tests may ask for: a real Redis-compatible server, empty for each test."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from contract.redis_client import connect
from contract.settings import QueueSettings, RedisSettings
from tests.redis_server import RedisServer

# Read when torch is loaded: threads that spin while they wait starve the processes the tests start beside them.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One server for the whole run; a test that kills it starts its own instead."""
    with tempfile.TemporaryDirectory(prefix="stemify-tests-") as folder:  # short: a socket's path is limited
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The server's address."""
    return redis_server.url


@pytest.fixture
def redis_settings(redis_url: str) -> RedisSettings:
    """Settings that name the server."""
    return RedisSettings.model_validate({"url": redis_url})


@pytest.fixture
def redis(redis_settings: RedisSettings) -> Iterator[Redis]:
    """A client of the server, emptied before the test."""
    client = connect(redis_settings)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def queue_settings() -> QueueSettings:
    """The queue as it is by default."""
    return QueueSettings()
