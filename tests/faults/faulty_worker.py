"""A worker whose jobs can bring their own trouble: what a job's metadata calls `fault` happens where it is done.

It is worker.main with doors wrapped here, on the side of the tests; production knows nothing of it.
Run it as `python -m tests.faults.faulty_worker`.
"""

import os
import sys
from typing import Any

from contract.events import JobCompleted
from contract.jobs import Job
from tests.faults.troubles import TROUBLES
from worker import main as roof
from worker.pipeline import Pipeline
from worker.watching import Watching

__all__ = ["app"]

_MODULE = "tests.faults.faulty_worker"
_run = Pipeline.run


def _troubled(pipeline: Pipeline, job: Job, watching: Watching) -> JobCompleted:
    if (fault := job.metadata.get("fault")) is not None:
        TROUBLES[fault](job, watching)
    return _run(pipeline, job, watching)


def _make() -> Any:
    roof.app.conf.imports = (*roof.app.conf.imports, _MODULE)  # a spawned child finds this file by it
    Pipeline.run = _troubled
    return roof.app


app = _make()


def main() -> None:
    """As worker.main, with this app."""
    command = [sys.executable, "-m", "celery", "-A", _MODULE, "worker", "--pool", "prefork", "--concurrency", "1"]
    command += ["--queues", app.conf.task_default_queue, "--without-gossip", "--without-mingle", *sys.argv[1:]]
    os.execve(sys.executable, command, {"REMAP_SIGTERM": "SIGQUIT", **os.environ})  # noqa: S606


if __name__ == "__main__":
    main()
