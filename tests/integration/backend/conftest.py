"""Running replicas: one with ordinary settings that all tests share, and others made to a test's wishes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from contract.redis_client import connect
from tests.integration.backend.service import Service, settings
from tests.redis_server import RedisServer

Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path, redis: Redis, redis_url: str) -> Iterator[Start]:
    """Starts replicas with these settings, all on the tests' Redis and one folder."""
    running: list[Service] = []

    def begin(**changes: Any) -> Service:
        service = Service(settings(tmp_path / "blobs", redis_url, **changes), redis)
        service.start()
        running.append(service)
        return service

    yield begin
    for service in running:
        service.stop()


@pytest.fixture(scope="session")
def ordinary_service(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A replica that runs for as long as the tests do."""
    chosen = settings(tmp_path_factory.mktemp("blobs"), redis_server.url)
    client = connect(chosen.redis)
    service = Service(chosen, client)
    service.start()
    yield service
    service.stop()
    client.close()


@pytest.fixture
def service(ordinary_service: Service, redis: Redis) -> Service:  # noqa: ARG001 - the store is emptied by asking for it
    """The ordinary replica, with no job and no file of an earlier test."""
    for folder in ("uploads", "results"):
        ordinary_service.storage.delete_folder(folder)
    return ordinary_service
