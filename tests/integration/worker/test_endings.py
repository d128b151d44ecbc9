"""Jobs that are stopped, lost and handed back in the middle of a real worker's work."""

import json
import os
import signal

import psutil
import pytest

from contract.jobs import JobStatus
from tests.worker_process import wait_for

pytestmark = pytest.mark.timeout(400)  # several processes that load torch, on a machine that may be busy


@pytest.fixture
def long_job(submit, make_song):
    """A job of many seconds: there is a middle to be stopped in."""
    return lambda: submit(make_song(60.0), model="tiny", shifts=10)


@pytest.fixture
def short_job(submit, make_song):
    """A job of a few seconds, to be interrupted and done."""
    return lambda: submit(make_song(10.0), model="tiny", shifts=4)


def child_of(job) -> int:
    """The process that does the job: its worker is called after it."""
    return int(job.worker.rpartition("-")[2])


def test_a_killed_child_costs_an_attempt_not_the_job(start_worker, short_job, running, ended):
    start_worker()
    job = running(short_job())
    os.kill(child_of(job), signal.SIGKILL)
    job = ended(job)
    assert (job.status, job.attempt, job.fence) == (JobStatus.completed, 2, 2)
    assert [attempt.reason for attempt in job.attempts] == ["The process that did it died."]
    assert all(stem.blob.startswith(f"results/{job.job_id}/2/") for stem in job.stems)


@pytest.mark.usefixtures("worker_alone")
def test_a_running_job_is_canceled(long_job, running, ended, store, storage, tmp_path):
    job = running(long_job())
    store.cancel(job.job_id)
    job = ended(job, seconds=30)
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


def test_another_worker_takes_what_was_handed_back(start_worker, short_job, running, ended):
    workers = {worker.pid: worker for worker in (start_worker("one"), start_worker("two"))}
    job = running(short_job())
    workers[psutil.Process(child_of(job)).ppid()].terminate()
    job = ended(job)
    assert (job.status, job.attempt, job.fence) == (JobStatus.completed, 1, 2)


def test_a_worker_with_nothing_to_do_stops_at_once_and_logs_nothing_but_records(start_worker, environment):
    environment["PYTHONWARNINGS"] = "ignore"  # tests may run as root, which Celery warns of
    worker = start_worker()
    assert worker.terminate() == 0
    assert all(json.loads(line)["event"] for line in worker.log.splitlines())


def test_a_job_that_ends_in_time_is_not_handed_back(start_worker, short_job, running, ended, environment):
    environment["STEMIFY_SHUTDOWN_SECONDS"] = "100"
    worker = start_worker()
    job = running(short_job())
    assert worker.terminate(seconds=100) == 0
    job = ended(job, seconds=10)
    assert (job.status, job.attempt) == (JobStatus.completed, 1)


def test_a_frozen_worker_finds_its_job_taken(start_worker, short_job, running, ended):
    start_worker("one")
    start_worker("two")
    job = running(short_job())
    frozen = child_of(job)
    os.kill(frozen, signal.SIGSTOP)
    try:
        job = running(job, attempt=2)
    finally:
        os.kill(frozen, signal.SIGCONT)
    job = ended(job)
    assert (job.status, job.attempt, job.fence) == (JobStatus.completed, 2, 2)


def test_a_worker_without_its_device_ends_and_says_why(start_process, environment):
    environment["STEMIFY_DEVICE"] = "cuda:99"
    worker = start_process()
    assert worker.wait() == os.EX_UNAVAILABLE
    assert "cannot_separate" in worker.log
    assert "cuda:99" in worker.log


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("STEMIFY_QUEUE__BEAT_SECONDS", "100", "beat_seconds must be at most half"),
        ("STEMIFY_STORAGE__URL", "ftp://nowhere", "storage.url must be"),
    ],
)
def test_a_wrong_deployment_does_not_start_and_says_why(start_process, environment, name, value, said):
    environment[name] = value
    worker = start_process()
    assert worker.wait() != 0
    assert said in worker.log
    assert "Traceback" not in worker.log
