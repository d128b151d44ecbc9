"""A small process that outlives the launcher by a moment: when the launcher is gone, it ends every group it left.

The launcher tells it groups over a pipe, `+ID` and `-ID` a line; the pipe's end is the launcher's end.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable

_STOP_SECONDS = 5.0


class Guard:
    """The launcher's side. It starts with the first group and ends with `close`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self, group: int) -> None:
        """From now on this process group ends with the launcher. Where no guard can be started the next group tries."""
        if self._process is None:
            command = [sys.executable, "-I", __file__]
            with contextlib.suppress(OSError):  # no room for a process: each child is still tied by itself
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        self._tell(f"+{group}")

    def forget(self, group: int) -> None:
        """The group has ended; its number may come to mean another."""
        self._tell(f"-{group}")

    def close(self) -> None:
        """End the guard, and with it whatever it still watches."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            self._process.wait(_STOP_SECONDS)
            self._process = None

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # somebody killed the guard: each child is still tied by itself
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()


def keep(lines: Iterable[str]) -> None:
    """The guard's side: follow `lines` to their end, then kill the groups still watched."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        (groups.add if line.startswith("+") else groups.discard)(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep(sys.stdin)
