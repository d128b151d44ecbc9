"""The zygote seen from outside: started when it is needed, called, noticed when it dies, ended. Knows no function."""

import os
import socket
import subprocess
import sys
import tempfile
import threading

from media.walls import Wall
from media.zygote.wire import receive_missing

_START_SECONDS = 60.0
_END_SECONDS = 5.0

_SURROUNDINGS = {
    # Nothing of ours: no secret goes in. One thread: what forks should have no other.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Blocks come and go by the half megabyte: kept by a child, not asked of the system anew each time.
    "MALLOC_MMAP_THRESHOLD_": str(2**26),
    "MALLOC_TRIM_THRESHOLD_": str(2**26),
}
"""The zygote's environment while it starts; then it is emptied."""


class ZygoteLost(RuntimeError):
    """There is no process to run jailed calls, and another one did not start either."""

    def __init__(self) -> None:
        super().__init__("The process that reads recordings in a jail has died or cannot be started.")


class ZygoteProcess:
    """At most one process at a time, for any number of threads. `preload`: modules it loads before it serves."""

    def __init__(self, preload: tuple[str, ...]) -> None:
        self._preload = preload
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._missing: dict[Wall, str] = {}
        self._closed = False

    def start(self) -> dict[Wall, str]:
        """Start it unless it runs. Returns the walls that do not stand here, and why. Raises ZygoteLost."""
        with self._lock:
            self._running()
            return self._missing

    def call(self, descriptors: list[int]) -> socket.socket:
        """Hand over one call's descriptors; returns the control socket they went through. Raises ZygoteLost."""
        with self._lock:
            control = self._running()
            try:
                socket.send_fds(control, [b"c"], descriptors)
            except OSError:
                self._end()
                control = self._running()
                socket.send_fds(control, [b"c"], descriptors)
            return control

    def forget(self, control: socket.socket) -> None:
        """End the process behind this control socket, unless another has taken its place already."""
        with self._lock:
            if self._control is control:
                self._end()

    def close(self) -> None:
        """End it and wait until it is gone; none is started any more."""
        with self._lock:
            self._closed = True
            self._end()

    def _running(self) -> socket.socket:
        if self._closed:
            raise ZygoteLost
        if self._process is not None and self._process.poll() is not None:
            self._end()
        return self._control or self._begin()

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = _spawned(theirs.fileno(), self._preload)
        ours.settimeout(_START_SECONDS)
        try:
            missing = receive_missing(ours)
        except OSError:
            missing = None
        self._control = ours
        if missing is None:
            self._end()
            raise ZygoteLost
        self._missing = missing
        return ours

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None


def _spawned(control: int, preload: tuple[str, ...]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(str(entry) or str(os.curdir) for entry in sys.path)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "media.zygote", str(control), _temporary_folder(), *preload],
        env={"PYTHONPATH": path, **_SURROUNDINGS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(control,),
        start_new_session=True,
    )


def _temporary_folder() -> str:
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:  # nowhere may be written to; the zygote says that it goes without
        return os.devnull
