"""One job's way through the store, on a real server."""

from datetime import timedelta

import pytest
from redis import Redis

from contract import keys
from contract.errors import FailureCode, JobNotFound, LeaseLost, QueueFull
from contract.events import JobCanceled, JobFailed, JobReleased, JobRequeued, StemFinished
from contract.job_store import JobStore
from contract.jobs import Job, JobStatus
from contract.records.announcements import Announcement, parse
from contract.settings import QueueSettings, RetentionSettings
from tests.builders import NOON, a_job, a_stem, completed, progressed
from tests.integration.places import place_of


def a_store(redis: Redis, *, retention: RetentionSettings | None = None, **queue: object) -> JobStore:
    return JobStore(redis, queue=QueueSettings.model_validate(queue), retention=retention or RetentionSettings())


@pytest.fixture
def store(redis: Redis) -> JobStore:
    return a_store(redis)


class Listener:
    """Everything published about any job since the test began."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._channel = redis.pubsub(ignore_subscribe_messages=True)
        self._channel.psubscribe(keys.CHANNEL_PATTERN)
        self._channel.get_message(timeout=1)

    def heard(self) -> list[Announcement]:
        """Up to a mark sent now, so that nothing is still on its way."""
        self._redis.publish(keys.channel("mark"), b"mark")
        found = []
        while (message := self._channel.get_message(timeout=5)) is None or message["data"] != b"mark":
            if message is not None:
                found.append(parse(message["data"]))
        return found

    def close(self) -> None:
        self._channel.close()


@pytest.fixture
def listener(redis: Redis):
    listener = Listener(redis)
    yield listener
    listener.close()


def lapse(redis: Redis, job: Job) -> None:
    """The lease is over, as if its time had passed."""
    assert redis.zadd(keys.LEASES, {job.job_id: 1}, xx=True, ch=True) == 1


def sweep(redis: Redis, store: JobStore):
    redis.delete(keys.SWEPT)
    return store.reap()


def claimed(store: JobStore, worker: str = "w1") -> Job:
    job = store.claim(store.accept(a_job()).job_id, worker=worker)
    assert job is not None
    return job


def test_a_job_goes_through_its_life_and_every_change_is_announced_with_the_next_version(store, listener):
    job = store.accept(a_job())
    running = store.claim(job.job_id, worker="w1")
    running = store.record(running, progressed(40))
    running = store.record(running, StemFinished(at=NOON, stem=a_stem()))
    ended = store.finish(running, completed(running))
    assert store.get(job.job_id) == ended
    assert ended.status is JobStatus.completed
    assert ended.expires_at == ended.completed_at + timedelta(seconds=86_400)
    heard = listener.heard()
    assert [each.type for each in heard] == ["accepted", "claimed", "progressed", "stem_finished", "completed"]
    assert [each.version for each in heard] == [1, 2, 3, 4, 5]
    assert heard[3].stem == a_stem()


def test_times_of_acceptance_claim_and_ending_come_from_one_clock(store):
    before = store.now()
    ended = (job := claimed(store)) and store.finish(job, completed(job))
    assert before <= ended.created_at <= ended.started_at <= ended.completed_at <= store.now()


def test_accepting_twice_is_harmless(store, listener):
    job = a_job()
    first = store.accept(job)
    assert store.accept(job) == first
    assert store.depth() == 1
    assert len(listener.heard()) == 1


def test_a_full_line_refuses_with_the_wait_it_knows(redis):
    store = a_store(redis, max_depth=2)
    redis.hset(keys.STATISTICS, "service_ms", 60_000)
    store.accept(a_job())
    store.accept(a_job())
    with pytest.raises(QueueFull) as refused:
        store.accept(a_job())
    assert refused.value.retry_after == 60
    assert store.depth() == 2


def test_a_second_claim_is_a_quiet_no(store):
    job = claimed(store)
    assert store.claim(job.job_id, worker="w2") is None
    store.finish(job, completed(job))
    assert store.claim(job.job_id, worker="w2") is None
    assert store.claim("0" * 32, worker="w2") is None


def test_a_lapsed_lease_lets_another_worker_in_and_the_first_one_out(redis, store):
    first = claimed(store)
    lapse(redis, first)
    second = store.claim(first.job_id, worker="w2")
    assert (second.fence, second.attempt, second.worker) == (2, 2, "w2")
    assert second.attempts[0].worker == "w1"
    for stale in (
        lambda: store.beat(first),
        lambda: store.record(first, progressed(50)),
        lambda: store.finish(first, completed(first)),
        lambda: store.give_back(first, JobReleased(at=NOON)),
    ):
        with pytest.raises(LeaseLost):
            stale()
    assert store.get(first.job_id) == second
    assert store.finish(second, completed(second)).status is JobStatus.completed


def test_a_beat_renews_the_lease_and_shows_the_wish_to_stop(redis, store):
    job = claimed(store)
    redis.zadd(keys.LEASES, {job.job_id: store.now().timestamp() * 1000 + 500})
    assert store.beat(job) == job
    assert redis.zscore(keys.LEASES, job.job_id) > store.now().timestamp() * 1000 + 20_000
    store.cancel(job.job_id)
    assert store.beat(job).cancel_requested


def test_a_wish_to_stop_does_not_renew_the_lease(redis, store):
    job = claimed(store)
    lapse(redis, job)
    store.cancel(job.job_id)
    assert redis.zscore(keys.LEASES, job.job_id) == 1


def test_progress_recorded_on_an_old_copy_keeps_what_happened_meanwhile(store):
    job = claimed(store)
    store.cancel(job.job_id)
    newer = store.record(job, progressed(10))
    assert newer.cancel_requested
    assert newer.version == 4


def test_a_waiting_job_is_canceled_at_once(store):
    job = store.accept(a_job())
    assert store.cancel(job.job_id).status is JobStatus.canceled
    assert store.depth() == 0
    assert store.claim(job.job_id, worker="w1") is None


def test_a_running_job_is_asked_once_and_ends_by_its_worker(store, listener):
    job = claimed(store)
    asked = store.cancel(job.job_id)
    assert store.cancel(job.job_id) == asked
    assert store.finish(job, JobCanceled(at=NOON)).status is JobStatus.canceled
    assert [each.type for each in listener.heard()][2:] == ["cancel_requested", "canceled"]
    assert store.cancel(job.job_id).status is JobStatus.canceled


def test_a_job_handed_back_waits_again_without_losing_its_attempt(redis, store):
    job = claimed(store)
    back = store.give_back(job, JobReleased(at=NOON))
    assert (back.status, back.attempt, place_of(store, back)) == (JobStatus.queued, 0, 1)
    assert sweep(redis, store).to_publish == (job.job_id,)
    with pytest.raises(LeaseLost):
        store.beat(job)


def test_a_job_that_should_stop_is_not_run_again(redis, store):
    released, lost = claimed(store), claimed(store)
    store.cancel(released.job_id)
    store.cancel(lost.job_id)
    lapse(redis, lost)
    assert store.give_back(released, JobReleased(at=NOON)).status is JobStatus.canceled
    sweep(redis, store)
    assert store.get(lost.job_id).status is JobStatus.canceled


def test_the_sweep_takes_back_what_lost_workers_held(redis, store):
    lost, held = claimed(store), claimed(store)
    lapse(redis, lost)
    reaped = sweep(redis, store)
    assert reaped.requeued == (lost.job_id,)
    assert lost.job_id in reaped.to_publish
    assert store.get(lost.job_id).attempts[0].reason
    assert store.get(held.job_id) == held


def test_only_one_sweeps_at_a_time(redis, store):
    lapse(redis, claimed(store))
    sweep(redis, store)
    lapse(redis, claimed(store))
    assert store.reap().requeued == ()


@pytest.mark.parametrize("by", ["sweep", "claim"])
def test_a_job_that_kills_its_workers_fails_after_its_last_attempt(redis, store, by):
    job_id = store.accept(a_job()).job_id
    for _ in range(3):
        job = store.claim(job_id, worker="w1")
        lapse(redis, job)
        if by == "sweep":
            sweep(redis, store)
    assert store.claim(job_id, worker="w1") is None
    failed = store.get(job_id)
    assert (failed.error.code, failed.error.retryable, failed.attempt) == (FailureCode.worker_lost, True, 3)
    assert [(each.number, each.worker) for each in failed.attempts] == [(1, "w1"), (2, "w1"), (3, "w1")]
    assert all(each.started_at <= each.ended_at and each.reason for each in failed.attempts)
    assert redis.zscore(keys.DEAD_LETTERS, job_id) is not None
    assert redis.zcard(keys.LEASES) == 0


def test_a_requeue_after_the_last_attempt_fails_the_job(redis):
    store = a_store(redis, max_attempts=1)
    job = claimed(store)
    assert store.give_back(job, JobRequeued(at=NOON, reason="device lost")).status is JobStatus.failed


def test_a_lost_message_is_sent_again_but_not_too_often(redis):
    store = a_store(redis, republish_seconds=20)
    job = store.accept(a_job())
    assert sweep(redis, store).to_publish == ()
    long_ago = store.now().timestamp() * 1000 - 21_000
    redis.zadd(keys.PUBLISHED, {job.job_id: long_ago})
    assert sweep(redis, store).to_publish == (job.job_id,)
    assert sweep(redis, store).to_publish == ()
    redis.zadd(keys.PUBLISHED, {job.job_id: long_ago})
    redis.rpush(QueueSettings().name, "its message is there")
    assert sweep(redis, store).to_publish == ()
    redis.zadd(keys.PUBLISHED, {job.job_id: long_ago - 300_000})
    assert sweep(redis, store).to_publish == (job.job_id,)
    redis.rpush(QueueSettings().name, *["another"] * 20)
    redis.zadd(keys.PUBLISHED, {job.job_id: 1})
    assert sweep(redis, store).to_publish == ()


def test_deleting_ends_hides_and_leaves_the_files_to_be_removed(redis, store, listener):
    job = claimed(store)
    store.delete(job.job_id)
    assert [each.type for each in listener.heard()][-1] == "canceled"
    with pytest.raises(JobNotFound):
        store.get(job.job_id)
    with pytest.raises(JobNotFound):
        store.delete(job.job_id)
    with pytest.raises(LeaseLost):
        store.finish(job, completed(job))
    assert store.page("anonymous").jobs == ()
    redis.zadd(keys.RETENTION, {job.job_id: 1})
    assert store.expiry.due(100) == [job.job_id]
    store.expiry.files_removed(job.job_id)
    assert redis.exists(keys.job(job.job_id)) == 0
    assert store.expiry.due(100) == []


def test_files_go_first_and_the_record_in_its_time(redis, store):
    job = claimed(store)
    store.finish(job, completed(job))
    assert store.expiry.due(100) == []
    redis.zadd(keys.RETENTION, {job.job_id: 1})
    assert store.expiry.due(100) == [job.job_id]
    store.expiry.files_removed(job.job_id)
    assert store.get(job.job_id).status is JobStatus.completed
    assert store.expiry.forget(100) == 0
    redis.zadd(keys.RECORDS, {job.job_id: 1})
    assert store.expiry.forget(100) == 1
    with pytest.raises(JobNotFound):
        store.get(job.job_id)
    assert [key for key in redis.keys("*") if job.job_id.encode() in key] == []


def test_a_download_begins_the_shorter_time(redis):
    store = a_store(redis, retention=RetentionSettings(after_download_seconds=3600))
    job = claimed(store)
    ended = store.finish(job, completed(job))
    store.expiry.downloaded(job.job_id)
    first = store.get(job.job_id).expires_at
    assert first < ended.expires_at
    store.expiry.downloaded(job.job_id)
    assert store.get(job.job_id).expires_at == first


def test_a_page_is_newest_first_and_goes_on_from_its_cursor(store):
    ids = [store.accept(a_job()).job_id for _ in range(7)]
    other = store.accept(a_job(tenant="other")).job_id
    first = store.page("anonymous", limit=3)
    second = store.page("anonymous", limit=3, cursor=first.next_cursor)
    third = store.page("anonymous", limit=3, cursor=second.next_cursor)
    found = [job.job_id for page in (first, second, third) for job in page.jobs]
    assert sorted(found) == sorted(ids)
    assert [job.created_at for job in first.jobs] == sorted((job.created_at for job in first.jobs), reverse=True)
    assert third.next_cursor is None
    assert other not in found


def test_a_page_filters(store):
    running, waiting = claimed(store), store.accept(a_job())
    assert [job.job_id for job in store.page("anonymous", statuses=[JobStatus.processing]).jobs] == [running.job_id]
    assert [job.job_id for job in store.page("anonymous", created_after=running.created_at).jobs] == [waiting.job_id]
    assert store.page("anonymous", model="htdemucs").jobs == ()


def test_counts_and_places(store):
    jobs = [store.accept(a_job()) for _ in range(3)]
    assert [place_of(store, job) for job in jobs] == [1, 2, 3]
    running = store.claim(jobs[0].job_id, worker="w1")
    assert place_of(store, running) is None
    assert place_of(store, jobs[1]) == 1
    store.finish(running, JobFailed(at=NOON, code=FailureCode.internal, detail="no"))
    counts = store.counts()
    assert (counts[JobStatus.queued], counts[JobStatus.processing], counts[JobStatus.failed]) == (2, 0, 1)
    assert 0 <= store.oldest_waiting_seconds() < 60
