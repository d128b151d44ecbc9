"""Whose turn it is among many callers, and jobs nobody can read, on a real server."""

from collections import Counter

import pytest
from redis import Redis

from contract import keys
from contract.errors import JobUnreadable, StoreUnavailable
from contract.events import JobFailed, JobReleased
from contract.job_store import JobStore
from contract.jobs import FailureCode, Job, JobStatus
from contract.line.speeds import SpeedBook
from contract.settings import QueueSettings, RetentionSettings
from tests.builders import NOON, a_job, a_source, completed
from tests.integration.places import place_of


@pytest.fixture
def store(redis: Redis) -> JobStore:
    return JobStore(redis, queue=QueueSettings(), retention=RetentionSettings())


def queued(store: JobStore, share: str, *, seconds: float = 100.0, **options: object) -> Job:
    plain = a_job(share=share, source=a_source(duration_seconds=seconds))
    return store.accept(plain.model_copy(update={"options": plain.options.model_copy(update=options)}))


def next_job(store: JobStore) -> Job:
    job = store.claim_next("w", rung_for="0" * 32)
    assert job is not None
    return job


def virtual(redis: Redis, share: str) -> float:
    return redis.zscore(keys.SHARES, share) or 0.0


def jain(counts: list[int]) -> float:
    """Jain's index of fairness: 1 when all have the same."""
    return sum(counts) ** 2 / (len(counts) * sum(count * count for count in counts))


def test_a_hundred_jobs_of_one_caller_keep_no_other_waiting(store):
    for _ in range(100):
        queued(store, "crowd")
    others = [f"caller-{number}" for number in range(9)]
    for share in others:
        for _ in range(5):
            queued(store, share)
    served = Counter(next_job(store).share for _ in range(50))
    assert jain([served[share] for share in ("crowd", *others)]) >= 0.99


def test_long_jobs_cost_more_turns_than_short_ones(store):
    for _ in range(4):
        queued(store, "long", seconds=400)
    for _ in range(16):
        queued(store, "short", seconds=100)
    served = Counter(next_job(store).share for _ in range(10))
    assert served == {"long": 2, "short": 8}


def test_a_caller_puts_their_own_jobs_in_order_and_nobody_elses(store):
    plain, low, high = (queued(store, "a", priority=name) for name in ("normal", "low", "high"))
    other = queued(store, "b")
    assert [next_job(store).job_id for _ in range(4)] == [high.job_id, other.job_id, plain.job_id, low.job_id]


def test_places_are_told_in_the_order_jobs_are_taken(store):
    crowd = [queued(store, "crowd") for _ in range(5)]
    alone = queued(store, "one")
    assert place_of(store, alone) == 2
    assert [place_of(store, job) for job in crowd] == [1, 3, 4, 5, 6]


def test_a_bell_is_a_permit_and_not_an_order(store):
    first, second = queued(store, "a"), queued(store, "a")
    assert store.claim_next("w", rung_for=second.job_id).job_id == first.job_id
    assert store.claim_next("w", rung_for=second.job_id).job_id == second.job_id
    assert [store.claim_next("w", rung_for=first.job_id) for _ in range(5)] == [None] * 5
    assert store.get(first.job_id).fence == 1


def test_a_share_pays_what_its_job_took_and_not_what_was_expected(redis, store):
    SpeedBook(redis).learn("demo", "cpu", audio_seconds=1, work_seconds=0.5)
    queued(store, "a", seconds=100)
    job = next_job(store)
    assert virtual(redis, "a") == pytest.approx(50)
    store.finish(job, completed(job))
    assert virtual(redis, "a") < 5  # it was done in a moment


def test_an_attempt_handed_back_in_good_order_costs_nothing(redis, store):
    queued(store, "a")
    job = next_job(store)
    before = virtual(redis, "a")
    store.give_back(job, JobReleased(at=NOON))
    assert virtual(redis, "a") == pytest.approx(before - 100)
    assert next_job(store).job_id == job.job_id


def test_having_waited_for_nothing_earns_nothing(redis, store):
    for _ in range(3):
        queued(store, "busy")
    for _ in range(3):
        next_job(store)
    queued(store, "late")
    assert virtual(redis, "late") == float(redis.get(keys.CLOCK)) == 200


def test_shares_that_are_done_are_forgotten(redis, store):
    for share in ("a", "b", "c"):
        queued(store, share)
    for _ in range(3):
        job = next_job(store)
        store.finish(job, JobFailed(at=NOON, code=FailureCode.internal, detail="no"))
    redis.set(keys.CLOCK, 1_000)
    assert store.claim_next("w", rung_for="0" * 32) is None
    assert redis.exists(keys.SHARES, keys.WORK, keys.line("a")) == 0


def spoil(redis: Redis, job: Job) -> None:
    """Its record as another release would have written it."""
    text = redis.hget(keys.job(job.job_id), "doc").decode()
    redis.hset(keys.job(job.job_id), "doc", text.replace('{"job_id"', '{"of_next_year":1,"job_id"', 1))


def test_a_record_nobody_can_read_keeps_no_other_job_from_its_turn(redis, store):
    strange = [queued(store, share, priority="high") for share in "aaaaaaaaaaab"]
    plain = [queued(store, share) for share in "ab"]
    for job in strange:
        spoil(redis, job)
    assert {next_job(store).job_id for _ in range(2)} == {job.job_id for job in plain}
    assert store.claim_next("w", rung_for=strange[0].job_id) is None
    assert store.unreadable() == len(strange)
    with pytest.raises(JobUnreadable):
        store.get(strange[0].job_id)
    assert issubclass(JobUnreadable, StoreUnavailable)  # whoever waits an outage out waits for the other release


def test_a_record_nobody_can_read_stops_no_sweep_no_list_and_no_removal(redis, store):
    jobs = [queued(store, "a") for _ in range(4)]
    running = [store.claim(job.job_id, worker="w") for job in jobs]
    for job in running:
        redis.zadd(keys.LEASES, {job.job_id: 1})
    spoil(redis, running[0])
    assert set(store.reap().requeued) == {job.job_id for job in running[1:]}
    assert redis.zscore(keys.LEASES, running[0].job_id) > store.now().timestamp() * 1000
    assert {job.job_id for job in store.page("anonymous").jobs} == {job.job_id for job in running[1:]}
    ended = store.claim(running[1].job_id, worker="w")
    store.finish(ended, completed(ended))
    spoil(redis, ended)
    redis.zadd(keys.RETENTION, {ended.job_id: 1})
    assert store.expiry.due(100) == [ended.job_id]
    store.expiry.files_removed(ended.job_id)
    redis.zadd(keys.RECORDS, {ended.job_id: 1})
    assert store.expiry.forget(100) == 1
    assert redis.zscore(keys.tenant_jobs("anonymous"), ended.job_id) is None


def test_a_beat_on_a_record_another_release_changed_still_renews_the_lease(redis, store):
    queued(store, "a")
    job = next_job(store)
    spoil(redis, job)
    redis.zadd(keys.LEASES, {job.job_id: 1})
    with pytest.raises(JobUnreadable):
        store.beat(job)
    assert redis.zscore(keys.LEASES, job.job_id) > 1
    assert store.get(queued(store, "b").job_id).status is JobStatus.queued
