"""The zygote at work: a child for each call, killed when its time is up or its caller gone, always reaped."""

import contextlib
import math
import os
import resource
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass

from media.zygote.inmate import become_inmate
from media.zygote.quarters import Quarters
from media.zygote.wire import Ending, Order, receive_order, send_ending

_MOST_DESCRIPTORS_SENT = 3


@dataclass
class _Cell:
    """One running child: its process, the line to its caller, its folder, when it must be done, why it was killed."""

    pid: int
    line: socket.socket
    folder: str | None
    deadline: float
    cut: str | None = None

    def kill(self, why: str) -> None:
        self.cut = self.cut or why
        self.kill_group()

    def kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Zygote:
    """Serves one control socket: one byte a call, with the line, the reply's pipe and perhaps a file beside it."""

    def __init__(self, control: socket.socket, quarters: Quarters) -> None:
        self._control = control
        self._quarters = quarters
        self._cells: dict[int, _Cell] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the other end is closed; then every child is killed and reaped."""
        bell, rung = _child_bell()
        self._selector.register(bell, selectors.EVENT_READ)
        open_for_calls = True
        while open_for_calls:
            ready = {key.fd for key, _ in self._selector.select(self._patience())}
            if bell.fileno() in ready:
                bell.recv(4096)
            self._reap()
            self._cut_off(ready)
            if self._control.fileno() in ready:
                open_for_calls = self._admit()
        self._clear()
        self._quarters.close()
        bell.close()
        rung.close()

    def _patience(self) -> float | None:
        deadlines = [cell.deadline for cell in self._cells.values() if cell.cut is None]
        soonest = min(deadlines, default=math.inf)
        return None if math.isinf(soonest) else max(0.0, soonest - time.monotonic())

    def _admit(self) -> bool:
        called, descriptors, _, _ = socket.recv_fds(self._control, 1, _MOST_DESCRIPTORS_SENT)
        if not called:
            return False
        line = socket.socket(fileno=descriptors[0])
        order = receive_order(line)
        if order is None:
            line.close()
        else:
            self._start(order, line, descriptors[1:])
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        return True

    def _start(self, order: Order, line: socket.socket, descriptors: list[int]) -> None:
        folder = self._quarters.furnish()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            file = descriptors[1] if order.with_file else None
            become_inmate(order, folder, parent=parent, reply=descriptors[0], file=file)
        with contextlib.suppress(OSError):  # the child may have done it itself, or be gone already
            os.setpgid(pid, pid)
        # A stream has none: its caller counts the seconds it waits, and hangs up when they are too many.
        deadline = math.inf if order.streams else time.monotonic() + order.limits.wall_seconds
        self._cells[pid] = _Cell(pid=pid, line=line, folder=folder, deadline=deadline)
        self._selector.register(line, selectors.EVENT_READ)

    def _cut_off(self, ready: set[int]) -> None:
        now = time.monotonic()
        for cell in self._cells.values():
            if cell.cut is None and cell.line.fileno() in ready:
                cell.kill("caller gone")
                self._selector.unregister(cell.line)
            elif cell.cut is None and now >= cell.deadline:
                cell.kill("wall time")

    def _reap(self) -> None:
        for pid, cell in list(self._cells.items()):
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                self._bury(cell)
                _tell(cell, _ending(status, usage, cell.cut))

    def _bury(self, cell: _Cell) -> None:
        cell.kill_group()  # whatever it left running
        del self._cells[cell.pid]
        with contextlib.suppress(KeyError):
            self._selector.unregister(cell.line)
        self._quarters.clear(cell.folder)

    def _clear(self) -> None:
        for cell in list(self._cells.values()):
            cell.kill("closed")
            os.waitpid(cell.pid, 0)
            self._bury(cell)
            cell.line.close()  # without a word: the caller learns that its zygote is gone


def _ending(status: int, usage: resource.struct_rusage, cut: str | None) -> Ending:
    return Ending(
        code=os.waitstatus_to_exitcode(status),
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        cut=cut,
    )


def _tell(cell: _Cell, ending: Ending) -> None:
    with cell.line, contextlib.suppress(OSError):  # the caller may be gone
        send_ending(cell.line, ending)


def _child_bell() -> tuple[socket.socket, socket.socket]:
    """A socket that becomes readable when a child ends. Signals meant for the API's process are ignored here."""
    bell, rung = socket.socketpair()
    bell.setblocking(False)
    rung.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(rung.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    return bell, rung
