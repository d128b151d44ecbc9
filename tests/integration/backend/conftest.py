"""A running replica for each test that asks, made to its wishes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.integration.backend.service import Service, settings

Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path, redis: Redis, redis_url: str) -> Iterator[Start]:
    """Starts replicas with these settings, all on one Redis and one folder."""
    running: list[Service] = []

    def begin(**changes: Any) -> Service:
        service = Service(settings(tmp_path / "blobs", redis_url, **changes), redis)
        service.start()
        running.append(service)
        return service

    yield begin
    for service in running:
        service.stop()


@pytest.fixture
def service(start: Start) -> Service:
    """One replica with ordinary settings."""
    return start()
