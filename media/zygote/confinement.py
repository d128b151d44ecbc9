"""Takes from this process, for good, what decoding does not need. Knows the system, not what will run.

Linux man pages setrlimit(2), prctl(2), unshare(2), capset(2), landlock(7), seccomp(2).
"""

import ctypes
import os
import resource
import signal
import sys

from media.limits import Limits
from media.walls import Wall
from media.zygote.landlock import Door, limits_ports, shut_out
from media.zygote.syscalls import forbid_syscalls
from media.zygote.way_out import WayOut, raise_loopback

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_SET_PARENT_DEATH_SIGNAL, _SET_NO_NEW_PRIVILEGES = 1, 38
_CAPABILITY_VERSION = 0x20080522
_MOST_TASKS, _MOST_TASKS_OF_PROGRAMS = 64, 512
_LINUX_ALONE = "it is Linux's alone"


def confine(
    limits: Limits, *, parent: int, folder: str | None = None, file: int | None = None, way_out: WayOut | None = None
) -> dict[Wall, str]:
    """Confine this process, which must have one thread only. Returns the walls that do not stand, and why.

    From then on it dies with the process `parent`; when that is dead already, at once.
    `folder` stays open to read and write, the open `file` may be opened again to read; nothing else of anybody's.
    With a `way_out` the limit of memory counts what is written to, since programs reserve far more than they use.
    """
    _set_limits(limits, reserves=way_out is not None)
    if sys.platform != "linux":
        return dict.fromkeys((Wall.network, Wall.capabilities, Wall.privileges, Wall.files, Wall.calls), _LINUX_ALONE)
    libc = ctypes.CDLL(None, use_errno=True)
    door, missing = _network(libc, way_out)
    missing[Wall.capabilities] = None if _drop_capabilities(libc) else _reason()
    # Only now: a change of credentials undoes it.
    libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    missing[Wall.privileges] = _reason() if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) else None
    missing[Wall.files] = shut_out(libc, folder=folder, file=file, door=door)
    missing[Wall.calls] = forbid_syscalls(libc, one_door=door is not None)
    return {wall: why for wall, why in missing.items() if why is not None}


def _network(libc: ctypes.CDLL, way_out: WayOut | None) -> tuple[Door | None, dict[Wall, str | None]]:
    """The network is left for an empty one; with a way out one door is opened in whichever there is then."""
    kept = _leave_network(libc, most_tasks=_MOST_TASKS if way_out is None else _MOST_TASKS_OF_PROGRAMS)
    if way_out is None:
        return None, {Wall.network: kept}
    if kept is None:
        raise_loopback()
    door = Door(way_out.open_door(), way_out.programs, way_out.modules)
    return door, {Wall.network: None if limits_ports(libc) else kept}


def _leave_network(libc: ctypes.CDLL, *, most_tasks: int) -> str | None:
    if libc.unshare(_NEW_USER | _NEW_NET) == 0:
        # Counted inside the new namespace; before, all of this user's processes on the machine would count.
        resource.setrlimit(resource.RLIMIT_NPROC, (most_tasks, most_tasks))
        return None
    return _reason() if libc.unshare(_NEW_NET) else None


def _reason() -> str:
    return os.strerror(ctypes.get_errno())


def _set_limits(limits: Limits, *, reserves: bool) -> None:
    cpu = limits.whole_cpu_seconds
    wanted = {
        # A stream earns more as it goes, which it could not beyond the hard limit; there its caller's patience ends it.
        resource.RLIMIT_CPU: (cpu, resource.RLIM_INFINITY if limits.seconds_per_mib else cpu + 1),
        resource.RLIMIT_FSIZE: (limits.file_bytes, limits.file_bytes),
        resource.RLIMIT_NOFILE: (limits.descriptors, limits.descriptors),
        resource.RLIMIT_CORE: (0, 0),
    }
    if sys.platform == "linux":  # elsewhere it is refused, or means something else
        wanted[resource.RLIMIT_DATA if reserves else resource.RLIMIT_AS] = (limits.memory_bytes, limits.memory_bytes)
    for kind, (soft, hard) in wanted.items():
        highest = resource.getrlimit(kind)[1]
        most = highest if hard == resource.RLIM_INFINITY else _least(hard, highest)
        resource.setrlimit(kind, (_least(soft, most), most))


def _least(wanted: int, most: int) -> int:
    return wanted if most == resource.RLIM_INFINITY else min(wanted, most)


def _drop_capabilities(libc: ctypes.CDLL) -> bool:
    # A new user namespace gives every capability inside it; root has them outside. Decoding needs none.
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    return int(libc.capset(header, none)) == 0
