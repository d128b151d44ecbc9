"""Jobs that are stopped, lost and handed back in the middle of a real worker's work."""

import os
import signal

import pytest

from contract.jobs import JobStatus
from tests.worker_process import wait_for


@pytest.fixture
def long_job(submit, make_song):
    """A job of many seconds: there is a middle to be stopped in."""
    return lambda: submit(make_song(60.0), model="tiny", shifts=10)


def child_of(registry) -> int:
    (facts,) = registry.live()
    return facts.pid


def test_a_killed_child_costs_an_attempt_not_the_job(start_worker, submit, make_song, running, ended, registry):
    start_worker()
    job = running(submit(make_song(30.0), model="tiny", shifts=5))
    os.kill(child_of(registry), signal.SIGKILL)
    job = ended(job, seconds=90)
    assert (job.status, job.attempt, job.fence) == (JobStatus.completed, 2, 2)
    assert [attempt.reason for attempt in job.attempts] == ["The worker was lost: its lease lapsed."]
    assert all(stem.blob.startswith(f"results/{job.job_id}/2/") for stem in job.stems)


@pytest.mark.usefixtures("worker_alone")
def test_a_running_job_is_canceled(long_job, running, ended, store, storage, tmp_path):
    job = running(long_job())
    store.cancel(job.job_id)
    job = ended(job, seconds=10)
    assert (job.status, job.attempt, job.stems) == (JobStatus.canceled, 1, ())
    wait_for(lambda: not list((tmp_path / "scratch").iterdir()))
    assert not list(storage.list(f"results/{job.job_id}"))


def test_a_worker_told_to_stop_hands_its_job_back(start_worker, long_job, running, store, registry, tmp_path):
    worker = start_worker()
    job = running(long_job())
    assert worker.terminate() == 0
    job = store.get(job.job_id)
    assert (job.status, job.attempt) == (JobStatus.queued, 0), "the attempt does not count"
    assert not registry.live(), "it said that it goes"
    assert not list((tmp_path / "scratch").iterdir())


def test_another_worker_takes_what_was_handed_back(start_worker, submit, make_song, running, ended):
    first = start_worker("one")
    job = running(submit(make_song(30.0), model="tiny", shifts=5))
    start_worker("two")
    first.terminate()
    job = ended(job, seconds=90)
    assert (job.status, job.attempt, job.fence) == (JobStatus.completed, 1, 2)


def test_a_worker_with_nothing_to_do_stops_at_once(start_worker):
    assert start_worker().terminate(seconds=10) == 0


def test_a_job_that_ends_in_time_is_not_handed_back(start_worker, submit, make_song, running, ended, environment):
    environment["STEMIFY_SHUTDOWN_SECONDS"] = "60"
    worker = start_worker()
    job = running(submit(make_song(10.0), model="tiny", shifts=4))
    assert worker.terminate(seconds=60) == 0
    job = ended(job, seconds=1)
    assert (job.status, job.attempt) == (JobStatus.completed, 1)


def test_a_frozen_worker_finds_its_job_taken(start_worker, submit, make_song, running, ended, registry):
    start_worker("one")
    frozen = child_of(registry)
    job = running(submit(make_song(30.0), model="tiny", shifts=5))
    start_worker("two")
    os.kill(frozen, signal.SIGSTOP)
    try:
        job = running(job, attempt=2)
    finally:
        os.kill(frozen, signal.SIGCONT)
    job = ended(job, seconds=90)
    assert (job.status, job.attempt, job.fence) == (JobStatus.completed, 2, 2)
