"""What a job can do to the process that does it. Each name is a `fault` that a job's metadata may ask for."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from contract.errors import StorageUnavailable
from contract.jobs import Job
from tests.faults.disk_troubles import DISK_TROUBLES
from worker.engine import DeviceFailed
from worker.watching import Watching

_HANG_SECONDS = 600
_TOLD_SECONDS = 1.0
"""Until the worker's registration names the job."""


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


def _loses_device_once(job: Job, watching: Watching) -> None:  # noqa: ARG001
    """As a GPU does whose context is broken: whatever runs on it next fails too."""
    if job.attempt == 1:
        raise DeviceFailed("The device failed: an illegal memory access was encountered")


def _runs_out_at_step(job: Job, watching: Watching) -> None:  # noqa: ARG001
    """The batch of this number (in the metadata) of the first attempt does not fit the device."""
    if job.attempt > 1:
        return
    import torch  # only where jobs are done: the worker's main process must not have it

    left, whole = [int(job.metadata["step"])], torch.from_numpy

    def out_of_memory_once(array: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            torch.from_numpy = whole
            raise torch.OutOfMemoryError("injected by a trial")
        return whole(array)

    torch.from_numpy = out_of_memory_once


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
    time.sleep(_TOLD_SECONDS)
    ctypes.PyDLL(None).sleep(_HANG_SECONDS)


TROUBLES: dict[str, Callable[[Job, Watching], None]] = {
    "killed": _killed,
    "crashes": _crashes,
    "exits": _exits,
    "out_of_memory": _runs_out_of_memory,
    "loses_storage_once": _loses_storage_once,
    "loses_device_once": _loses_device_once,
    "runs_out_at_step": _runs_out_at_step,
    "hangs_politely": _hangs_politely,
    "hangs_in_c": _hangs_in_c,
    "freezes": _freezes,
    **DISK_TROUBLES,
}
