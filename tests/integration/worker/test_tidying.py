"""What keeps the store and the storage clean, on a real server and a real folder."""

import os
from datetime import UTC, datetime

import pytest

from contract import keys
from contract.errors import JobNotFound, StorageUnavailable
from contract.janitor import Janitor
from contract.job_ids import new_job_id
from contract.job_store import JobStore
from contract.jobs import JobStatus
from contract.settings import RetentionSettings
from contract.storage.local_folder import LocalFolder
from contract.worker_registry import WorkerFacts
from tests.builders import completed
from worker.upkeep.deafness import Deafness
from worker.upkeep.orphans import Orphans


@pytest.fixture
def put(storage, redis):
    """put(key, old=True): a blob, written long ago, in the days of a data set that is older still."""
    redis.set(keys.EPOCH, "0:first")

    def write(key: str, *, old: bool = True) -> str:
        with storage.writer(key) as writer:
            writer.write(b"x")
        if old:
            os.utime(storage.local_path(key), (0, 0))
        return key

    return write


@pytest.fixture
def done(store, submit):
    """done(): a completed job."""

    def make():
        job = store.claim(submit(b"a song", ring=False, model="tiny").job_id, worker="w")
        return store.finish(job, completed(job))

    return make


def test_a_lost_job_is_rung_for_again(store, submit, bell, storage, redis, queue_settings):
    lost, unheard = (submit(b"a song", ring=False, model="tiny") for _ in range(2))
    store.claim(lost.job_id, worker="dead")
    redis.zadd(keys.LEASES, {lost.job_id: 1})
    redis.zadd(keys.PUBLISHED, {unheard.job_id: 1})
    Janitor(store, bell, storage).sweep()
    assert store.get(lost.job_id).status is JobStatus.queued
    assert redis.llen(queue_settings.name) == 2


def test_a_job_lost_for_good_leaves_no_results(store, submit, bell, storage, redis, put):
    job = submit(b"a song", ring=False, model="tiny")
    for _ in range(3):
        store.claim(job.job_id, worker="dead")
        put(f"results/{job.job_id}/{store.get(job.job_id).fence}/vocals.wav")
        redis.zadd(keys.LEASES, {job.job_id: 1})
    Janitor(store, bell, storage).sweep()
    assert store.get(job.job_id).status is JobStatus.failed
    assert not list(storage.list("results"))


def test_files_go_before_the_record(redis, queue_settings, bell, storage, done, put):
    store = JobStore(redis, queue=queue_settings, retention=RetentionSettings(files_seconds=1, records_seconds=1))
    job = done()
    put(f"results/{job.job_id}/1/vocals.wav")
    redis.zadd(keys.RETENTION, {job.job_id: 1})
    Janitor(store, bell, storage).tidy()
    assert not list(storage.list())
    with pytest.raises(JobNotFound):
        store.get(job.job_id)


class RefusesFolders(LocalFolder):
    """A local folder with places nothing can be removed from, as after a change of owner."""

    def __init__(self, root, refused):
        super().__init__(root)
        self._refused = refused

    def delete_folder(self, prefix):
        if prefix in self._refused:
            raise StorageUnavailable
        super().delete_folder(prefix)


def test_folders_that_cannot_go_keep_no_other(store, redis, bell, tmp_path, done):
    """However many: each is tried again later, behind the others."""
    jobs = [done() for _ in range(6)]
    for score, job in enumerate(jobs, start=1):
        redis.zadd(keys.RETENTION, {job.job_id: score})
    *stuck, free = jobs
    Janitor(store, bell, RefusesFolders(tmp_path, {f"uploads/{job.job_id}" for job in stuck})).tidy()
    now = store.now().timestamp() * 1000
    assert all(redis.zscore(keys.RETENTION, job.job_id) > now for job in stuck)
    assert redis.zscore(keys.RETENTION, free.job_id) is None


def test_a_storage_that_is_away_postpones_nothing(store, redis, bell, tmp_path, done):
    job = done()
    redis.zadd(keys.RETENTION, {job.job_id: 1})
    storage = RefusesFolders(tmp_path / "away", {f"uploads/{job.job_id}"})
    (tmp_path / "away").rmdir()
    with pytest.raises(StorageUnavailable):
        Janitor(store, bell, storage).tidy()
    assert redis.zscore(keys.RETENTION, job.job_id) == 1


def test_orphans_go_in_the_second_pass(store, storage, redis, done, put):
    job = done()
    kept = {
        put(f"uploads/{job.job_id}/source"),
        put(f"results/{job.job_id}/1/vocals.wav"),
        put(f"results/{new_job_id()}/1/vocals.wav", old=False),
        put("results/foreign/file"),
    }
    put(f"results/{job.job_id}/7/vocals.wav")
    put(f"uploads/{new_job_id()}/source")
    orphans = Orphans(redis, store, storage, kept_seconds=60)
    orphans.sweep()
    assert len(list(storage.list())) == 6
    orphans.sweep()
    assert {blob.key for blob in storage.list()} == kept


def test_an_upload_cut_off_by_a_kill_goes_in_time(store, storage, redis, put):
    whole = storage.local_path(put(f"uploads/{new_job_id()}/source"))
    whole.rename(whole.with_name(".source.0123abcd.part"))
    Orphans(redis, store, storage, kept_seconds=60).sweep()
    assert not whole.parent.exists()


def test_an_emptied_store_condemns_nothing(store, storage, redis, done, put):
    key = put(f"uploads/{done().job_id}/source")
    orphans = Orphans(redis, store, storage, kept_seconds=60)
    orphans.sweep()
    redis.flushall()
    for _ in range(3):
        orphans.sweep()
    assert [blob.key for blob in storage.list()] == [key]


def test_a_store_that_begins_anew_condemns_nothing_of_before(store, storage, redis, done, put):
    key = put(f"uploads/{done().job_id}/source")
    redis.flushall()
    done()
    orphans = Orphans(redis, store, storage, kept_seconds=60)
    for _ in range(3):
        orphans.sweep()
    assert key in {blob.key for blob in storage.list()}


def test_a_new_data_set_does_not_finish_what_the_old_one_began(store, storage, redis, done, put):
    done()
    key = put(f"uploads/{new_job_id()}/source")
    orphans = Orphans(redis, store, storage, kept_seconds=60)
    orphans.sweep()
    redis.set(keys.EPOCH, "another")
    orphans.sweep()
    assert storage.facts(key)


def test_a_worker_that_idles_while_jobs_wait_is_deaf(store, registry, submit):
    def announce(current_job: str | None) -> None:
        facts = WorkerFacts(worker_id="w", host="here", pid=7, device="cpu", started_at=datetime.now(UTC))
        registry.announce(facts.model_copy(update={"current_job": current_job}))

    def deaf(ids: set[str]) -> bool:
        return Deafness(store, registry, living=lambda: ids, patience_seconds=0).look()

    announce(None)
    assert not deaf({"w"}), "nobody waits"
    submit(b"a song", ring=False, model="tiny")
    assert deaf({"w"})
    assert not deaf({"v"}), "another worker's child"
    announce("f" * 32)
    assert not deaf({"w"}), "it works"


def test_a_worker_that_cannot_read_what_waits_is_not_deaf(store, registry, redis, submit):
    facts = WorkerFacts(worker_id="w", host="here", pid=7, device="cpu", started_at=datetime.now(UTC))
    registry.announce(facts)
    ears = Deafness(store, registry, living=lambda: {"w"}, patience_seconds=0)
    redis.hset(keys.job(submit(b"a song", ring=False, model="tiny").job_id), "doc", '{"release": "another"}')
    assert not ears.look()
    submit(b"a song", ring=False, model="tiny")
    assert ears.look()
