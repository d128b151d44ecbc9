"""Many hands on one job at once, and a server that dies, on real servers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contract.errors import LeaseLost, StoreUnavailable
from contract.job_store import JobStore
from contract.jobs import JobStatus
from contract.redis_client import connect
from contract.settings import QueueSettings, RedisSettings, RetentionSettings
from tests.builders import a_job, completed, progressed
from tests.redis_server import RedisServer


@pytest.fixture
def store(redis) -> JobStore:
    return JobStore(redis, queue=QueueSettings(), retention=RetentionSettings())


def test_of_many_claims_at_once_one_wins(store):
    for _ in range(20):
        job_id = store.accept(a_job()).job_id
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(store.claim, job_id, worker=f"w{number}") for number in range(8)]
        taken = [each.result() for each in asked]
        assert len([job for job in taken if job is not None]) == 1
        assert store.get(job_id).fence == 1


def test_a_cancel_racing_with_the_end_gives_one_ending(store):
    endings = set()
    for _ in range(50):
        job = store.claim(store.accept(a_job()).job_id, worker="w")
        with ThreadPoolExecutor(3) as pool:
            finish = pool.submit(store.finish, job, completed(job))
            cancel = pool.submit(store.cancel, job.job_id)
            delete = pool.submit(store.delete, job.job_id)
        try:
            endings.add(finish.result().status)
        except LeaseLost:
            assert delete.result().status is JobStatus.canceled
            endings.add(JobStatus.canceled)
        else:
            assert delete.result().status is JobStatus.completed
        assert cancel.exception() is None or cancel.exception().code == "job_not_found"
    assert JobStatus.completed in endings or JobStatus.canceled in endings


def test_beats_and_progress_from_two_threads_do_not_push_each_other_out(store):
    job = store.claim(store.accept(a_job()).job_id, worker="w")
    with ThreadPoolExecutor(4) as pool:
        changes = [pool.submit(store.record, job, progressed(percent)) for percent in range(40)]
        beats = [pool.submit(store.beat, job) for _ in range(40)]
    assert all(each.result() for each in (*changes, *beats))
    kept = store.get(job.job_id)
    assert (kept.version, kept.progress) == (2 + 40, 39)


@pytest.fixture
def own_server(tmp_path_factory):
    server = RedisServer(Path(tmp_path_factory.mktemp("own")), appendfsync="always")
    server.start()
    yield server
    server.kill()


def test_what_was_answered_survives_the_servers_death(own_server):
    client = connect(RedisSettings.model_validate({"url": own_server.url}))
    store = JobStore(client, queue=QueueSettings(), retention=RetentionSettings())
    jobs = [store.accept(a_job()) for _ in range(10)]
    running = store.claim(jobs[0].job_id, worker="w")
    own_server.kill()
    with pytest.raises(StoreUnavailable):
        store.record(running, progressed(10))
    own_server.start()
    assert [store.get(job.job_id) for job in jobs] == [running, *jobs[1:]]
    assert store.finish(running, completed(running)).status is JobStatus.completed
    client.close()


def test_a_store_without_memory_refuses_but_still_reads(own_server):
    client = connect(RedisSettings.model_validate({"url": own_server.url}))
    store = JobStore(client, queue=QueueSettings(), retention=RetentionSettings())
    job = store.accept(a_job())
    client.config_set("maxmemory", "1")
    with pytest.raises(StoreUnavailable, match="no memory"):
        store.accept(a_job())
    assert store.get(job.job_id) == job
    client.config_set("maxmemory", "0")
    assert store.depth() == 1
    client.close()
