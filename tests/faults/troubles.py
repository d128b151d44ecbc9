"""What a job can do to the process that does it. Each name is a `fault` that a job's metadata may ask for."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable

from contract.errors import StorageUnavailable
from contract.jobs import Job
from worker.watching import Watching

_HANG_SECONDS = 600


def _killed(job: Job, watching: Watching) -> None:  # noqa: ARG001
    os.kill(os.getpid(), signal.SIGKILL)


def _crashes(job: Job, watching: Watching) -> None:  # noqa: ARG001
    ctypes.string_at(0)


def _exits(job: Job, watching: Watching) -> None:  # noqa: ARG001
    os._exit(3)


def _runs_out_of_memory(job: Job, watching: Watching) -> None:  # noqa: ARG001
    bytearray(sys.maxsize)


def _loses_storage_once(job: Job, watching: Watching) -> None:  # noqa: ARG001
    if job.attempt == 1:
        raise StorageUnavailable


def _hangs_politely(job: Job, watching: Watching) -> None:  # noqa: ARG001
    """Does nothing, and asks now and then whether to stop, as the work does after each batch."""
    while True:
        watching.check()
        time.sleep(0.05)  # the work that does not come to an end


def _hangs_in_c(job: Job, watching: Watching) -> None:  # noqa: ARG001
    """Does not come back to Python; other threads go on."""
    ctypes.CDLL(None).sleep(_HANG_SECONDS)


def _freezes(job: Job, watching: Watching) -> None:  # noqa: ARG001
    """Does not come back to Python and holds its lock, so that no thread goes on."""
    ctypes.PyDLL(None).sleep(_HANG_SECONDS)


TROUBLES: dict[str, Callable[[Job, Watching], None]] = {
    "killed": _killed,
    "crashes": _crashes,
    "exits": _exits,
    "out_of_memory": _runs_out_of_memory,
    "loses_storage_once": _loses_storage_once,
    "hangs_politely": _hangs_politely,
    "hangs_in_c": _hangs_in_c,
    "freezes": _freezes,
}
