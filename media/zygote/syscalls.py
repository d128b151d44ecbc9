"""A filter of system calls for Linux: no network, no new programs, no signals to others. Knows numbers, not uses."""

import ctypes
import errno
import os
import platform
import socket
import struct

_SET_SECCOMP, _FILTER_MODE = 22, 2
_LOAD, _EQUALS, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_TYPE_MASK = 0xF  # without SOCK_CLOEXEC and SOCK_NONBLOCK
_OTHER_ABI = 0x40000000  # x32's numbers begin here
_ARCHITECTURES = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}
"""The kernel's name of the architecture, and the column of its numbers below."""

_FORBIDDEN = """
socket            41 198
connect           42 203
accept            43 202
sendto            44 206
sendmsg           46 211
bind              49 200
socketpair        53 199
execve            59 221
execveat         322 281
kill              62 129
tkill            200 130
tgkill           234 131
rt_sigqueueinfo  129 138
rt_tgsigqueueinfo 297 240
pidfd_send_signal 424 424
pidfd_getfd      438 438
ptrace           101 117
process_vm_readv 310 270
process_vm_writev 311 271
setpgid          109 154
setsid           112 157
unshare          272  97
setns            308 268
mount            165  40
pivot_root       155  41
bpf              321 280
userfaultfd      323 282
perf_event_open  298 241
add_key          248 217
request_key      249 218
keyctl           250 219
io_uring_setup   425 425
io_uring_enter   426 426
io_uring_register 427 427
"""


_NEEDED_FOR_A_DOOR = frozenset({"socket", "connect", "sendto", "sendmsg", "socketpair", "execve"})
"""Not forbidden to a process with one door; `socket` then makes internet streams alone."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def forbid_syscalls(libc: ctypes.CDLL, *, one_door: bool = False) -> str | None:
    """Make the calls of the table fail with EPERM from here on. Returns why that was not possible, or None.

    With `one_door` streams may be opened and programs run. Needs no privilege, but "no new privileges" set before.
    """
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        return f"{machine} is not in its table"
    architecture, column = _ARCHITECTURES[machine]
    table = {row.split()[0]: int(row.split()[column]) for row in _FORBIDDEN.split("\n") if row}
    forbidden = [number for name, number in table.items() if not (one_door and name in _NEEDED_FOR_A_DOOR)]
    code = _program(architecture, forbidden, streams=table["socket"] if one_door else None)
    program = _Program(len(code) // 8, code)
    if libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0):
        return os.strerror(ctypes.get_errno())
    return None


def _program(architecture: int, forbidden: list[int], *, streams: int | None = None) -> bytes:
    """Classic BPF: another architecture or ABI kills; each forbidden number jumps to the failure at the end.

    `streams`: the number of socket(2), which may then make TCP sockets and nothing else.
    """
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUALS, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _OTHER_ABI),
        (_RETURN, 0, 0, _KILL),
    ]
    if streams is not None:
        steps += _streams_alone(streams)
    count = len(forbidden)
    steps += [(_EQUALS, count - at, 0, number) for at, number in enumerate(forbidden)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _FAIL | errno.EPERM)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _streams_alone(socket_call: int) -> list[tuple[int, int, int, int]]:
    """socket(domain, type) makes streams of the internet or fails; other calls pass on, their number still loaded."""
    return [
        (_EQUALS, 0, 8, socket_call),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUALS, 1, 0, socket.AF_INET),
        (_EQUALS, 0, 4, socket.AF_INET6),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT + 8),
        (_AND, 0, 0, _TYPE_MASK),
        (_EQUALS, 0, 1, socket.SOCK_STREAM),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
    ]
