"""Calls a function in a confined child of a small ready process: what a stranger's bytes break is that child alone."""

import contextlib
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from media.errors import JailBroken
from media.limits import Limits
from media.verdict import judge
from media.zygote.wire import Ending, Order, receive_ending, send_order
from media.zygote_process import ZygoteLost, ZygoteProcess

__all__ = ["Jail", "ZygoteLost"]

_GRACE_SECONDS = 5.0
"""How long after a call's wall time the zygote may take to say that it ended, before it is given up itself."""

_PROBING = ("media.probe", "media.jailed_probe")
"""All that probing needs: what is not loaded before the fork every child would load for itself."""


class Jail:
    """A zygote and the calls it serves; safe to share between threads. Starts with the first call, or `start`.

    `preload` names modules to load once, before any child is forked.
    """

    def __init__(self, *, limits: Limits | None = None, preload: tuple[str, ...] = _PROBING) -> None:
        self._limits = limits or Limits()
        self._zygote = ZygoteProcess(preload)

    def start(self) -> tuple[str, ...]:
        """Have the zygote ready. Returns what this system does not allow, in words. Raises ZygoteLost."""
        return self._zygote.start()

    def run(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        file: Path | None = None,
        limits: Limits | None = None,
    ) -> Any:
        """What `function`, importable by its name, returned, as plain data (a dataclass as a dict, a tuple as a list).

        Arguments are plain data too. With `file`, which only this process need be able to open, the function gets as
        first argument a path that opens it. Raises the function's MediaError; JailBroken when it died, exceeded a
        limit or raised anything else; OSError when `file` cannot be read; ZygoteLost when there is no zygote.
        """
        order = Order(
            module=function.__module__,
            name=function.__qualname__,
            arguments=list(arguments),
            limits=limits or self._limits,
            with_file=file is not None,
        )
        with _opened(file) as descriptors:
            try:
                return self._served(order, descriptors)
            except ZygoteLost:  # it died, which is not this call's doing: once more, with a new one
                return self._served(order, descriptors)

    def close(self) -> None:
        """End the zygote and every child, for good: calls raise ZygoteLost from then on."""
        self._zygote.close()

    def _served(self, order: Order, descriptors: list[int]) -> Any:
        ours, theirs = socket.socketpair()
        reply, writer = os.pipe()
        with ours, os.fdopen(reply, "rb", buffering=0) as pipe:
            try:
                control = self._zygote.call([theirs.fileno(), writer, *descriptors])
            finally:
                theirs.close()
                os.close(writer)
            try:
                send_order(ours, order)
                told, ending = _heard(pipe.fileno(), ours, order.limits)
            except (OSError, ZygoteLost) as error:
                self._zygote.forget(control)
                raise ZygoteLost from error
        return judge(told, ending)


def _heard(reply: int, line: socket.socket, limits: Limits) -> tuple[bytes, Ending]:
    """The whole reply and how the child ended. Raises JailBroken for a long reply, ZygoteLost, OSError."""
    os.set_blocking(reply, False)
    deadline = time.monotonic() + limits.wall_seconds + _GRACE_SECONDS
    told = bytearray()
    with selectors.DefaultSelector() as selector:
        for source in (reply, line.fileno()):
            selector.register(source, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select(max(0.0, deadline - time.monotonic()))}
            if not ready:
                raise ZygoteLost
            if reply in ready and _drained(reply, told, limits.reply_bytes):
                selector.unregister(reply)
            if line.fileno() in ready:
                ending = receive_ending(line)
                if ending is None:
                    raise ZygoteLost
                _drained(reply, told, limits.reply_bytes)
                return bytes(told), ending


def _drained(reply: int, told: bytearray, most: int) -> bool:
    """Take what is there now; True when there will be no more."""
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(reply, 65_536):
            told += piece
            if len(told) > most:
                raise JailBroken("reply size")
        return True
    return False


@contextlib.contextmanager
def _opened(file: Path | None) -> Iterator[list[int]]:
    if file is None:
        yield []
        return
    # Not blocking: opening a named pipe would otherwise wait for a writer for ever.
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield [descriptor]
    finally:
        os.close(descriptor)
