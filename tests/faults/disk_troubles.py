"""What the disk under the local folder can do to a job: one reading, syncing or opening of an attempt fails.

The job's metadata says in how many attempts (`attempts`), and at which blob of the attempt (`blob`, from 1).
"""

import errno
import os
from collections.abc import Callable, Iterator
from typing import Any

from contract.jobs import Job
from contract.storage import local_folder, local_writer
from contract.storage.local_errors import local_errors
from worker.watching import Watching


def _cannot_read(job: Job, watching: Watching) -> None:  # noqa: ARG001
    _once(job, local_folder.LocalFolder, "read", _unreadable)


def _cannot_sync(job: Job, watching: Watching) -> None:  # noqa: ARG001
    _once(job, local_writer.LocalWriter, "_put_in_place", _failing(errno.EIO))


def _cannot_open(job: Job, watching: Watching) -> None:  # noqa: ARG001
    """As when the file system has been made read-only, which is what Linux does after errors of the disk."""
    _once(job, local_writer, "opened_in", _failing(errno.EROFS))


def _unreadable(*_: Any, **__: Any) -> Iterator[bytes]:
    with local_errors():
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    yield b""


def _failing(number: int) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


def _once(job: Job, owner: Any, name: str, fail: Callable[..., Any]) -> None:
    """The call of this number fails; the function is as it was from then on."""
    if job.attempt > int(job.metadata["attempts"]):
        return
    left, whole = [int(job.metadata["blob"])], getattr(owner, name)

    def through(*args: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0]:
            return whole(*args, **options)
        setattr(owner, name, whole)
        return fail(*args, **options)

    setattr(owner, name, through)


DISK_TROUBLES: dict[str, Callable[[Job, Watching], None]] = {
    "cannot_read": _cannot_read,
    "cannot_sync": _cannot_sync,
    "cannot_open": _cannot_open,
}
