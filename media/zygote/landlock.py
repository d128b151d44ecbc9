"""Shuts this process out of the file system but for a few places. Linux man page landlock(7); knows no use of it."""

import ctypes
import os
import struct
import sysconfig
from dataclasses import dataclass
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_ASK_VERSION, _BENEATH = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_ALL, _TRUNCATE = (1 << 13) - 1, 1 << 14
_EXECUTE, _WRITE_FILE = 1 << 0, 1 << 1
_PORT, _BIND, _CONNECT = 2, 1 << 0, 1 << 1
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


@dataclass(frozen=True)
class Door:
    """The one port that may be connected to, the files and folders that may be run, and folders to read besides."""

    port: int
    programs: tuple[str, ...]
    modules: tuple[str, ...] = ()


def shut_out(libc: ctypes.CDLL, *, folder: str | None, file: int | None, door: Door | None = None) -> str | None:
    """From here on open only: `file` to read, anything in `folder`, Python's own modules, what /proc says of oneself.

    With a `door` its programs may be run, and TCP reaches its port alone. What is open stays open. Needs "no new
    privileges" set before. Returns why that was not possible, or None.
    """
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return os.strerror(ctypes.get_errno())
    handled = _ALL | (_TRUNCATE if version >= 3 else 0)
    asked = _asked(handled, version, door)
    rules = libc.syscall(_CREATE, asked, ctypes.c_size_t(len(asked)), 0)
    for place in {*_modules(), "/proc/self"}:
        _open_up(libc, rules, place, _READ_FILE | _READ_FOLDER)
    if folder is not None:
        _open_up(libc, rules, folder, handled & ~_EXECUTE)
    if file is not None:
        _allow(libc, rules, file, _READ_FILE)
    if door is not None:
        _let_through(libc, rules, door, version)
    refused = libc.syscall(_RESTRICT, rules, 0)
    os.close(rules)
    return os.strerror(ctypes.get_errno()) if refused else None


def limits_ports(libc: ctypes.CDLL) -> bool:
    """Whether this kernel can keep TCP to one port."""
    return int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)) >= 4


def _asked(files: int, version: int, door: Door | None) -> bytes:
    """The ruleset's attributes, as long as this version knows them."""
    if door is None or version < 4:
        return struct.pack("=Q", files)
    net = struct.pack("=QQ", files, _BIND | _CONNECT)
    return net + struct.pack("=Q", _ABSTRACT_SOCKETS | _SIGNALS) if version >= 6 else net


def _let_through(libc: ctypes.CDLL, rules: int, door: Door, version: int) -> None:
    for place in door.programs:
        folder = _READ_FOLDER if Path(place).is_dir() else 0
        _open_up(libc, rules, place, _EXECUTE | _READ_FILE | folder)
    for place in door.modules:
        _open_up(libc, rules, place, _READ_FILE | _READ_FOLDER)
    for device in _DEVICES:
        _open_up(libc, rules, device, _READ_FILE | _WRITE_FILE)
    if version >= 4:
        libc.syscall(_ADD_RULE, rules, _PORT, struct.pack("=QQ", _CONNECT, door.port), 0)


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
