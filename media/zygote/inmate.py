"""What the forked child does: confine itself, call one function, write what came of it, be gone."""

import errno
import fcntl
import importlib
import json
import os
import signal
import tempfile
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, NoReturn

from media.errors import MediaTooLong, MediaTooShort, UnsupportedMedia
from media.limits import Limits
from media.walls import Wall
from media.zygote.confinement import confine
from media.zygote.reply import REPLY, write_outcome, write_pieces
from media.zygote.wire import Order

_FILE, _FIRST_OTHER = 3, 5
_ABOVE_ALL = 32
_MOST_DESCRIPTORS = 4096


def become_inmate(order: Order, folder: str | None, *, parent: int, reply: int, file: int | None) -> NoReturn:
    """Turn this fresh fork into the call's child. `file` becomes descriptor 3, `reply` 4, all others are closed.

    `parent` is the zygote, with which it dies.
    """
    try:
        _leave_everything_behind(folder, reply=reply, file=file)
        function = getattr(importlib.import_module(order.module), order.name)
        path = [Path(f"/dev/fd/{_FILE}")] if order.with_file else []
        confine(order.limits, parent=parent, folder=folder, file=_FILE if order.with_file else None)
        write_outcome(_outcome(function, [*path, *order.arguments], order))
        os._exit(0)
    finally:  # whatever happened, the zygote's own code must never run on in here
        os._exit(1)


def missing_walls(limits: Limits) -> dict[Wall, str]:
    """What the system does not allow, and why, found by confining a child and asking it."""
    ours, theirs = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os.write(theirs, json.dumps(confine(limits, parent=parent)).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as told:
        answer = told.read()
    os.waitpid(child, 0)
    if not answer:
        return dict.fromkeys(Wall, "a confined child could not be started to see")
    return {Wall(name): why for name, why in json.loads(answer).items()}


def _leave_everything_behind(folder: str | None, *, reply: int, file: int | None) -> None:
    signal.set_wakeup_fd(-1)
    for signal_number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, signal.SIG_DFL)
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    wanted = {0: nothing, 1: nothing, 2: nothing, _FILE: nothing if file is None else file, REPLY: reply}
    # First out of the way of the numbers wanted, then to them.
    aside = {number: fcntl.fcntl(held, fcntl.F_DUPFD, _ABOVE_ALL) for number, held in wanted.items()}
    for number, held in aside.items():
        os.dup2(held, number)
    os.closerange(_FIRST_OTHER, _MOST_DESCRIPTORS)
    os.chdir(folder or "/")
    tempfile.tempdir = folder or "/"


def _outcome(function: Any, arguments: list[Any], order: Order) -> dict[str, Any]:
    value = None
    try:
        if order.streams:
            write_pieces(function(*arguments), order.limits)
        else:
            value = function(*arguments)
    except Exception as error:  # noqa: BLE001 - the outermost place of this process
        kind, told = _described(error)
        return {"raised": kind, "told": told}
    return {"value": asdict(value) if is_dataclass(value) and not isinstance(value, type) else value}


def _described(error: Exception) -> tuple[str, str | float]:
    match error:
        case UnsupportedMedia():
            return "UnsupportedMedia", error.found
        case MediaTooShort():
            return "MediaTooShort", error.minimum_seconds
        case MediaTooLong():
            return "MediaTooLong", error.limit_seconds
        case MemoryError():
            return "MemoryError", ""
    unreadable = isinstance(error, OSError) and error.errno == errno.EIO
    return "OSError" if unreadable else "Fault", f"{type(error).__name__}: {error}"
