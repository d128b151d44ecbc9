"""The embedded server is real, private, and keeps what it has said to have kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import redis as redis_client

from cli.child import Child
from cli.embedded_redis import EmbeddedRedis
from cli.supervisor import Supervisor
from tests.acceptance.processes import is_alive
from tests.acceptance.waiting import until_async


class Running:
    """An embedded server under a supervisor, and what was said of it."""

    def __init__(self, redis: EmbeddedRedis, child: Child, said: list[str]) -> None:
        self.redis, self.child, self.said = redis, child, said

    async def answers(self) -> None:
        while not await self.redis.answers():  # noqa: ASYNC110 - another process, which tells nobody
            await asyncio.sleep(0.02)

    def client(self) -> redis_client.Redis:
        return redis_client.Redis.from_url(self.redis.url, decode_responses=True)


@pytest.fixture(params=["short", "long"])
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    folder = tmp_path / ("x" * 100 if request.param == "long" else "x")
    folder.mkdir()
    said: list[str] = []
    supervisor = Supervisor(logs=tmp_path, say=said.append)
    with EmbeddedRedis(folder) as redis:
        found = Running(redis, supervisor.add(redis.spec()), said)
        async with asyncio.timeout(20):
            await found.answers()
        yield found
        pid = found.child.pid
        await supervisor.stop()
    assert pid is not None
    assert not is_alive(pid)
    assert not redis.socket.exists()


async def test_every_write_is_kept_and_nothing_is_evicted(running: Running) -> None:
    with running.client() as client:
        told = client.config_get("*")
        assert (told["appendonly"], told["appendfsync"]) == ("yes", "always")
        assert (told["maxmemory-policy"], told["save"], told["port"]) == ("noeviction", "", "0")


async def test_only_its_owner_reaches_it(running: Running) -> None:
    assert running.redis.socket.stat().st_mode & 0o077 == 0
    assert running.child.pid is not None
    assert psutil.Process(running.child.pid).net_connections("inet") == []


async def test_killed_it_comes_back_with_its_data(running: Running) -> None:
    with running.client() as client:
        client.set("kept", "yes")
    first = running.child.pid
    assert first is not None
    psutil.Process(first).kill()
    await until_async(lambda: running.child.pid != first, "another process")
    async with asyncio.timeout(20):
        await running.answers()
    with running.client() as client:
        assert client.get("kept") == "yes"
    assert any("redis" in line and "SIGKILL" in line for line in running.said)
