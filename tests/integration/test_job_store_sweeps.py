"""What a sweep makes of leases and messages after a silence of everybody, and after a clock that was set."""

import pytest
from redis import Redis

from contract import keys
from contract.job_store import JobStore
from contract.jobs import Job
from contract.settings import QueueSettings, RetentionSettings
from tests.builders import a_job

_HOUR_MS = 3_600_000
QUEUE = QueueSettings(lease_seconds=30, beat_seconds=5, sweep_seconds=5, republish_seconds=20)


@pytest.fixture
def store(redis) -> JobStore:
    return JobStore(redis, queue=QUEUE, retention=RetentionSettings())


@pytest.fixture
def running(store) -> Job:
    job = store.claim(store.accept(a_job()).job_id, worker="w1")
    assert job is not None
    return job


def now_ms(store: JobStore) -> int:
    return int(store.now().timestamp() * 1000)


def swept(redis: Redis, store: JobStore, *, ago_ms: int) -> None:
    """The last sweep began so long ago, whatever else is kept of it."""
    redis.hset(keys.SWEPT, "at", now_ms(store) - ago_ms)


def lapse(redis: Redis, job: Job) -> None:
    redis.zadd(keys.LEASES, {job.job_id: 1}, xx=True)


def test_a_lease_that_lapsed_while_nobody_could_renew_it_is_not_taken_back_at_once(redis, store, running):
    lapse(redis, running)
    swept(redis, store, ago_ms=60_000)  # the server was away, or the machine slept
    assert store.reap().requeued == ()
    assert store.claim(running.job_id, worker="another") is None
    assert store.beat(running).fence == running.fence, "its worker lives, and goes on"
    swept(redis, store, ago_ms=11_000)
    assert store.reap().requeued == ()


def test_one_about_to_lapse_then_is_spared_too(redis, store, running):
    redis.zadd(keys.LEASES, {running.job_id: now_ms(store) + 50})
    swept(redis, store, ago_ms=60_000)
    store.reap()
    assert redis.zscore(keys.LEASES, running.job_id) > now_ms(store) + 8_000


def test_who_is_still_not_there_after_that_is_lost(redis, store, running):
    lapse(redis, running)
    swept(redis, store, ago_ms=60_000)
    store.reap()
    lapse(redis, running)
    swept(redis, store, ago_ms=60_000)  # however slow the sweeps are: not spared twice in a row
    assert store.reap().requeued == (running.job_id,)


def test_while_sweeps_go_on_a_lapsed_lease_is_lost_at_once(redis, store, running):
    lapse(redis, running)
    swept(redis, store, ago_ms=5_000)
    assert store.reap().requeued == (running.job_id,)


def test_a_clock_set_back_keeps_nobody_from_sweeping_and_no_lease_for_longer(redis, store, running):
    redis.zadd(keys.LEASES, {running.job_id: now_ms(store) + _HOUR_MS})
    swept(redis, store, ago_ms=-_HOUR_MS)
    assert store.reap().requeued == ()
    assert redis.zscore(keys.LEASES, running.job_id) <= now_ms(store) + 30_000
    assert float(redis.hget(keys.SWEPT, "at")) <= now_ms(store)


def test_a_message_sent_before_the_clock_was_set_back_may_be_lost_too(redis, store):
    job = store.accept(a_job())
    redis.zadd(keys.PUBLISHED, {job.job_id: now_ms(store) + _HOUR_MS})
    assert store.reap().to_publish == (job.job_id,)
