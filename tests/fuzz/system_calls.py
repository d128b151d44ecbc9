"""What a jail's children ask of the system, told by strace: sockets, and files beyond their own."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from media.jail import Jail
from tests.worker_process import wait_for

_CALL = re.compile(r"^(?P<pid>\d+) (?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_NETWORK = {"socket", "connect", "bind", "sendto", "sendmsg", "accept", "accept4", "listen"}
_HARMLESS = re.compile(r'"(/dev/null|/dev/fd/3|/proc/self[^"]*|\.|)"')
_WRITING = ("O_WRONLY", "O_RDWR", "O_CREAT")


class Traced:
    """Watches the children a zygote forks inside the with-block. `usable`: strace is here and may watch."""

    def __init__(self, jail: Jail) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="stemify-strace-")
        self._log = Path(self._folder.name) / "calls"
        process = jail._zygote._process
        assert process is not None
        self._zygote = process.pid
        self._tracer: subprocess.Popen[bytes] | None = None
        self.usable = shutil.which("strace") is not None

    def __enter__(self) -> Self:
        if self.usable:
            self._tracer = subprocess.Popen(
                ["strace", "-f", "-q", "-e", "trace=%network,%file", "-o", str(self._log), "-p", str(self._zygote)],
                stderr=subprocess.PIPE,
            )
            self.usable = bool(wait_for(lambda: self._is_watching() or self._tracer.poll() is not None)) and (
                self._tracer.poll() is None
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tracer is not None:
            if self._tracer.poll() is None:
                self._tracer.send_signal(signal.SIGINT)
            self._tracer.communicate(timeout=30)

    def close(self) -> None:
        """Forget what was seen."""
        self._folder.cleanup()

    def offences(self) -> list[str]:
        """Calls that succeeded and should not have: a socket, or a file opened to write outside the child's folder."""
        found = []
        for line in self._log.read_text(errors="replace").splitlines():
            call = _CALL.match(line)
            if call is None or int(call["pid"]) == self._zygote or int(call["result"]) < 0:
                continue
            if call["name"] in _NETWORK or self._leads_outside(call["name"], call["arguments"]):
                found.append(line[:200])
        return found

    def attempts(self) -> int:
        """Calls of the children that were seen at all: a trace that saw none proves nothing."""
        lines = self._log.read_text(errors="replace").splitlines()
        return sum(not line.startswith(f"{self._zygote} ") for line in lines)

    def _leads_outside(self, name: str, arguments: str) -> bool:
        if name not in {"open", "openat", "creat", "mkdir", "rename", "unlink"} or _HARMLESS.search(arguments):
            return False
        writes = name not in {"open", "openat"} or any(flag in arguments for flag in _WRITING)
        return writes and "stemify-jail-" not in arguments

    def _is_watching(self) -> bool:
        status = Path(f"/proc/{self._zygote}/status").read_text(encoding="utf-8")
        return "TracerPid:\t0\n" not in status


def open_files(pid: int) -> int:
    """How many descriptors a process holds."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208
