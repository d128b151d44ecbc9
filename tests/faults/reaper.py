"""A process that sweeps as every replica does, whose own clock is wrong: `python -m tests.faults.reaper HOURS`."""

import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Self

from contract import job_store
from contract.janitor import Janitor
from contract.job_store import JobStore
from contract.line import waiting_line
from contract.records import job_record, settling
from contract.redis_client import connect
from contract.settings import SharedSettings
from contract.storage import open_storage
from contract.task_queue import TaskQueue, make_celery

_MODULES = (job_record, job_store, settling, waiting_line)


def _move_clock(hours: float) -> None:
    """Every way to ask for this process's time, as far as the ground floor could use one."""
    true_time = time.time

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(true_time() + hours * 3600, tz)

    time.time = lambda: true_time() + timedelta(hours=hours).total_seconds()
    for module in _MODULES:
        if hasattr(module, "datetime"):
            module.datetime = Wrong


def main() -> None:
    """Sweep until it is killed."""
    _move_clock(float(sys.argv[1]))
    settings = SharedSettings()
    store = JobStore(connect(settings.redis), queue=settings.queue, retention=settings.retention)
    queue = TaskQueue(make_celery(settings.redis, settings.queue), settings.queue.name)
    janitor = Janitor(store, queue, open_storage(settings.storage))
    while True:
        janitor.sweep()
        time.sleep(settings.queue.sweep_seconds / 5)  # more often than any replica would


if __name__ == "__main__":
    main()
