"""The roof of the separation tier: `celery -A worker.main worker`, or `python -m worker.main`, which says it for you.

It reads the environment and makes the Celery app. Importing it loads no torch, also in the main process of a worker.
"""

import os
import sys
import uuid

from celery import Celery

from contract.settings_errors import WRONG_SETTINGS, in_one_line
from contract.task_queue import make_celery
from worker import lifecycle, tasks
from worker.settings import WorkerSettings

__all__ = ["app", "main", "tasks"]

_UNLESS_SET = {
    "REMAP_SIGTERM": "SIGQUIT",  # told to stop, finish within the grace or hand the job back
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin while they wait starve each other where processors are shared
}


def make_app(settings: WorkerSettings) -> Celery:
    """The Celery app of a worker: the contract's settings, our number of children, and our own signals."""
    app = make_celery(settings.redis, settings.queue)
    app.conf.update(
        worker_concurrency=settings.concurrency,
        worker_soft_shutdown_timeout=settings.shutdown_seconds,
        imports=("worker.main",),  # a spawned child finds its tasks and signals by this
    )
    lifecycle.connect(settings)
    return app


def _told() -> WorkerSettings:
    """The settings of the environment; where they cannot work, one line that says why, and the end."""
    try:
        return WorkerSettings()
    except WRONG_SETTINGS as error:
        sys.exit(in_one_line(error))


os.environ.setdefault("STEMIFY_INSTANCE", uuid.uuid4().hex[:8])  # its children inherit it
_settings = _told()
app = make_app(_settings)


def main() -> None:
    """Become the worker that the README's command line starts."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "worker.main", "worker", "--pool", "prefork"]
    command += ["--concurrency", str(_settings.concurrency), "--queues", _settings.queue.name]
    command += ["--without-gossip", "--without-mingle", *sys.argv[1:]]
    os.execve(sys.executable, command, _UNLESS_SET | os.environ)  # noqa: S606


if __name__ == "__main__":
    main()
