"""A worker whose jobs can bring their own trouble: what a job's metadata calls `fault` happens where it is done.

It is worker.main with doors wrapped here, on the side of the tests; production knows nothing of it.
Run it as `python -m tests.faults.faulty_worker`.
"""

import os
import sys
from typing import Any

from contract.events import JobCompleted
from contract.janitor import Janitor
from contract.job_store import JobStore
from contract.jobs import Job
from contract.storage import local_writer
from tests.faults.failpoints import Door, install
from tests.faults.troubles import TROUBLES
from worker import main as roof
from worker import scratch
from worker.model_choice import ModelChooser
from worker.model_pool import ModelPool
from worker.pipeline import Pipeline
from worker.result_shelf import ResultShelf
from worker.scratch import Scratch
from worker.watching import Watching

__all__ = ["app"]

_MODULE = "tests.faults.faulty_worker"
_run = Pipeline.run


def _troubled(pipeline: Pipeline, job: Job, watching: Watching) -> JobCompleted:
    if (fault := job.metadata.get("fault")) is not None:
        TROUBLES[fault](job, watching)
    return _run(pipeline, job, watching)


DOORS = (
    Door(JobStore, "claim_next", after="job claimed"),
    Door(scratch.tempfile, "mkdtemp", after="scratch folder made"),
    Door(ModelChooser, "choose", before="recording fetched", after="model chosen"),
    Door(ModelPool, "borrow", before="before the model is borrowed"),
    Door(local_writer, "sync_folder", before="file renamed"),
    Door(local_writer.LocalWriter, "_publish", before="stem half stored"),
    Door(ResultShelf, "put_stem", before="first stem made", after="first stem stored"),
    Door(ResultShelf, "put_manifest", before="all stems stored", after="manifest stored"),
    Door(JobStore, "finish", before="before the commit", after="committed"),
    Door(JobStore, "give_back", before="before it is given back", after="given back"),
    Door(Scratch, "sweep", before="before the scratch is swept"),
    Door(Janitor, "sweep", before="before the sweep"),
)


def _make() -> Any:
    roof.app.conf.imports = (*roof.app.conf.imports, _MODULE)  # a spawned child finds this file by it
    Pipeline.run = _troubled
    install(*DOORS)
    return roof.app


app = _make()


def main() -> None:
    """As worker.main, with this app."""
    command = [sys.executable, "-m", "celery", "-A", _MODULE, "worker", "--pool", "prefork", "--concurrency", "1"]
    command += ["--queues", app.conf.task_default_queue, "--without-gossip", "--without-mingle", *sys.argv[1:]]
    os.execve(sys.executable, command, {"REMAP_SIGTERM": "SIGQUIT", **os.environ})  # noqa: S606


if __name__ == "__main__":
    main()
