"""A server that became a replica under its clients: they find the one that took its place."""

from pathlib import Path

import pytest

from contract.errors import StoreUnavailable
from contract.job_store import JobStore
from contract.redis_client import connect
from contract.settings import QueueSettings, RedisSettings, RetentionSettings
from contract.task_queue import TaskQueue, make_celery
from tests.builders import a_job
from tests.redis_server import RedisServer


@pytest.fixture
def servers(tmp_path_factory):
    both = [RedisServer(Path(tmp_path_factory.mktemp(name))) for name in "ab"]
    for each in both:
        each.start()
    yield both
    for each in both:
        each.kill()


@pytest.fixture
def address(servers, tmp_path) -> Path:
    """As a name that leads to whichever is the primary."""
    address = tmp_path / "s"
    address.symlink_to(servers[0].socket)
    return address


def demote(server: RedisServer) -> None:
    with connect(RedisSettings.model_validate({"url": server.url})) as operator:
        operator.replicaof("127.0.0.1", 1)


def test_connections_to_a_demoted_server_are_given_up(servers, address):
    first, second = servers
    client = connect(RedisSettings.model_validate({"url": f"unix://{address}"}))
    store = JobStore(client, queue=QueueSettings(), retention=RetentionSettings())
    before = store.accept(a_job())
    demote(first)
    with pytest.raises(StoreUnavailable):
        store.cancel(before.job_id)
    address.unlink()
    address.symlink_to(second.socket)
    job = store.accept(a_job())
    assert store.claim(job.job_id, worker="w").job_id == job.job_id
    client.close()


def test_bells_ring_at_the_new_primary(servers, address):
    first, second = servers
    queue = QueueSettings()
    app = make_celery(RedisSettings.model_validate({"url": f"unix://{address}"}), queue)
    bell = TaskQueue(app, queue.name)
    bell.enqueue("one")
    demote(first)
    address.unlink()
    address.symlink_to(second.socket)
    bell.enqueue("two")
    with connect(RedisSettings.model_validate({"url": second.url})) as client:
        assert client.llen(queue.name) == 1
    app.close()
