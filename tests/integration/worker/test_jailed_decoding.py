"""What a recording breaks in a worker is the child that decodes it: its job ends, the worker goes on."""

from collections.abc import Callable

import psutil
import pytest

from contract.errors import FailureCode
from contract.jobs import Job, JobStatus
from tests.worker_process import WorkerProcess, wait_for

pytestmark = pytest.mark.timeout(400)  # several processes that load torch, on a machine that may be busy


def zygote_of(worker: WorkerProcess) -> psutil.Process | None:
    for process in psutil.Process(worker.pid).children(recursive=True):
        if "media.zygote" in process.cmdline() and "media.decode" in process.cmdline():
            return process
    return None


def test_a_decoder_that_dies_ends_its_job_alone_and_a_lost_jail_costs_an_attempt(
    start_worker: Callable[..., WorkerProcess],
    submit: Callable[..., Job],
    running: Callable[..., Job],
    ended: Callable[..., Job],
    make_song: Callable[..., bytes],
) -> None:
    worker = start_worker()
    zygote = wait_for(lambda: zygote_of(worker))
    job = submit(make_song(600.0), model="tiny")
    running(job)
    for child in wait_for(zygote.children):
        child.kill()
    job = ended(job)
    assert (job.status, job.error.code, job.attempt) == (JobStatus.failed, FailureCode.undecodable_audio, 1)
    wait_for(lambda: not zygote.children())

    job = submit(make_song(60.0), model="tiny")
    running(job)
    assert zygote_of(worker) == zygote, "nothing had to start anew"
    zygote.kill()
    job = ended(job)
    assert (job.status, job.attempt) == (JobStatus.completed, 2)

    zygote = wait_for(lambda: zygote_of(worker))
    worker.terminate()
    wait_for(lambda: not zygote.is_running())
