"""Shuts this process out of the file system but for a few places. Linux man page landlock(7); knows no use of it."""

import ctypes
import os
import struct
import sysconfig

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_ASK_VERSION, _BENEATH = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_ALL, _TRUNCATE = (1 << 13) - 1, 1 << 14
_EXECUTE = 1 << 0


def shut_out(libc: ctypes.CDLL, *, folder: str | None, file: int | None) -> str | None:
    """From here on open only: `file` to read, anything in `folder`, Python's own modules, what /proc says of oneself.

    What is open stays open. Needs "no new privileges" set before. Returns why that was not possible, or None.
    """
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return os.strerror(ctypes.get_errno())
    handled = _ALL | (_TRUNCATE if version >= 3 else 0)
    rules = libc.syscall(_CREATE, struct.pack("=Q", handled), ctypes.c_size_t(8), 0)
    for place in {*_modules(), "/proc/self"}:
        _open_up(libc, rules, place, _READ_FILE | _READ_FOLDER)
    if folder is not None:
        _open_up(libc, rules, folder, handled & ~_EXECUTE)
    if file is not None:
        _allow(libc, rules, file, _READ_FILE)
    refused = libc.syscall(_RESTRICT, rules, 0)
    os.close(rules)
    return os.strerror(ctypes.get_errno()) if refused else None


def _modules() -> set[str]:
    paths = sysconfig.get_paths()
    return {paths[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")}


def _open_up(libc: ctypes.CDLL, rules: int, place: str, access: int) -> None:
    try:
        held = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    _allow(libc, rules, held, access)
    os.close(held)


def _allow(libc: ctypes.CDLL, rules: int, held: int, access: int) -> None:
    libc.syscall(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", access, held), 0)
