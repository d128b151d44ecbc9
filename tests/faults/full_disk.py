"""F13: the disk that holds recordings, scratch and results is full, before a job and in the middle of one."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contract.errors import FailureCode
from contract.jobs import JobStatus
from tests.faults.deployment import Deployment
from tests.faults.killed_processes import MIDDLE
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.suites.trial import Outcome, Trial

_DISK_BYTES = 64 << 20
_PIECE = bytes(1 << 16)


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    with _disk() as disk:
        limits = {"STEMIFY_LIMITS__MAX_UPLOAD_BYTES": "2000000", "STEMIFY_SCRATCH_FOLDER": str(disk / "scratch")}
        deployment = Deployment(blobs=disk / "blobs", **limits)
        deployment.scratch = disk / "scratch"
        with under_trial(outcome, deployment, answered=(503, 507), killed=False) as (_, visitor):
            worker = deployment.ready_worker()
            for _ in range(repetitions):
                with _full(disk):
                    answer = visitor.post()
                    refused = answer.status_code == 507 and "retry-after" in answer.headers
                    outcome.expect(refused, f"with a full disk a recording was answered {answer.status_code}")
                for percent in (5, 40):
                    _fill_under(disk, visitor, percent, outcome)
                outcome.done += 1
            outcome.expect(worker.is_alive, "the worker ended")
    return outcome


def _fill_under(disk: Path, visitor: Visitor, percent: int, outcome: Outcome) -> None:
    """The job fails with the right word, and the next one is done once there is room, with nobody restarted."""
    job = visitor.running(visitor.send(**MIDDLE), percent=percent)
    with _full(disk):
        job = visitor.ended(job.job_id)
    seen = (job.status, job.error.code if job.error else None)
    outcome.expect(seen == (JobStatus.failed, FailureCode.storage_full), f"filled at {percent} %: {seen}")
    after = visitor.ended(visitor.send())
    outcome.expect(after.status is JobStatus.completed, f"with room again: {after.status} {after.error}")


@contextmanager
def _disk() -> Iterator[Path]:
    """A file system of 64 MiB in memory. Raises CalledProcessError where mounting is not allowed."""
    with tempfile.TemporaryDirectory(prefix="stemify-disk-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(_PIECE)
    try:
        yield
    finally:
        ballast.unlink()


FULL_DISK = Trial(name="F13", title="the disk full before a job and within", full=5, reduced=0, run=_run)
