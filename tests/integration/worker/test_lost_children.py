"""A process that died with a job in hand, seen by its worker."""

import subprocess
import sys

import pytest

from contract.errors import FailureCode
from contract.janitor import Janitor
from contract.jobs import JobStatus
from worker.upkeep.lost_children import LostChildren


@pytest.fixture
def dead() -> int:
    """The id of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def watch(store, bell, dead, storage):
    """watch(): looks once with that process alive, and once without."""

    def look() -> None:
        children = [dead]
        clear = Janitor(store, bell, storage).remove_results
        lost = LostChildren(store, bell, children=lambda: children, name=lambda pid: f"here-{pid}", clear=clear)
        lost.look()
        children.clear()
        lost.look()

    return look


def test_what_it_held_waits_again_and_is_rung_for(store, submit, redis, queue_settings, watch, dead):
    held, other = (submit(b"a song", ring=False, model="tiny") for _ in range(2))
    store.claim(held.job_id, worker=f"here-{dead}")
    store.claim(other.job_id, worker=f"there-{dead}")
    watch()
    held = store.get(held.job_id)
    assert (held.status, held.attempt) == (JobStatus.queued, 1)
    assert [attempt.reason for attempt in held.attempts] == ["The process that did it died."]
    assert store.get(other.job_id).status is JobStatus.processing, "another worker's"
    assert redis.llen(queue_settings.name) == 1


def test_the_last_attempt_fails_the_job_and_leaves_nothing(store, submit, watch, dead, storage):
    job = submit(b"a song", ring=False, model="tiny")
    with storage.writer(f"results/{job.job_id}/2/vocals.wav") as writer:
        writer.write(b"half a job")
    for _ in range(3):
        store.claim(job.job_id, worker=f"here-{dead}")
        watch()
    job = store.get(job.job_id)
    assert (job.status, job.error.code, job.attempt) == (JobStatus.failed, FailureCode.worker_lost, 3)
    assert not list(storage.list("results"))
