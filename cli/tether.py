"""Runs a command that dies with its starter, even when that one is killed: `python -m cli.tether PID CMD...`.

It knows nothing of what it runs. On systems other than Linux it only runs the command.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Ask the kernel for SIGKILL at the parent's death, then become the command. `arguments`: parent's id, command."""
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was told
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - a list, and no shell: that is the point of this file


if __name__ == "__main__":
    main(sys.argv[1:])
