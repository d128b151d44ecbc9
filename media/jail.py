"""Calls a function in a confined child of a small ready process: what a stranger's bytes break is that child alone."""

import contextlib
import fcntl
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from media.errors import JailBroken, MediaError
from media.jailed_call import JailedCall
from media.limits import Limits
from media.verdict import judge
from media.walls import Wall
from media.zygote.wire import Ending, Order, send_order
from media.zygote_process import ZygoteLost, ZygoteProcess

__all__ = ["Jail", "ZygoteLost"]

_PROBING = ("media.probe", "media.jailed_probe", "av.subtitles.stream")
"""All that probing needs: what is not loaded before the fork every child would load for itself."""

_PIPE_BYTES = 2**20
"""Of a stream's pipe, where the system allows it: a child works ahead by as much."""


class Jail:
    """A zygote and the calls it serves; safe to share between threads. Starts with the first call, or `start`.

    `preload` names modules to load once, before any child is forked.
    """

    def __init__(self, *, limits: Limits | None = None, preload: tuple[str, ...] = _PROBING) -> None:
        self._limits = limits or Limits()
        self._zygote = ZygoteProcess(preload)
        self._ended: Counter[str] = Counter()
        self._peak_bytes = 0
        self._counting = threading.Lock()

    @property
    def endings(self) -> Mapping[str, int]:
        """How many calls ended how: done, refused, unread, given up, zygote lost, or for JailBroken's `reason`."""
        with self._counting:
            return dict(self._ended)

    @property
    def peak_bytes(self) -> int:
        """The most memory that any child had so far."""
        return self._peak_bytes

    def start(self) -> Mapping[Wall, str]:
        """Have the zygote ready. Returns the walls that this system does not allow, and why. Raises ZygoteLost."""
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
        order = self._order(function, arguments, limits, with_file=file is not None)
        try:
            told, ending = self._served(order, file)
        except ZygoteLost:  # it died, which is not this call's doing: once more, with a new one
            told, ending = self._served(order, file)
        return self._judged(told, ending)

    def stream(
        self,
        function: Callable[..., Iterator[Any]],
        *arguments: Any,
        file: Path | None = None,
        limits: Limits | None = None,
    ) -> Iterator[bytearray]:
        """What `function` yields (anything with a buffer), piece by piece as bytes; it waits while nobody takes them.

        Otherwise as `run`, raised from the iterator, also after some pieces. Closing the iterator ends the child.
        """
        order = self._order(function, arguments, limits, with_file=file is not None, streams=True)
        begun = False
        try:
            for piece in self._streamed(order, file):
                begun = True
                yield piece
        except ZygoteLost:
            if begun:  # what came so far cannot be taken back
                raise
            yield from self._streamed(order, file)

    def close(self) -> None:
        """End the zygote and every child, for good: calls raise ZygoteLost from then on."""
        self._zygote.close()

    def _order(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        limits: Limits | None,
        *,
        with_file: bool,
        streams: bool = False,
    ) -> Order:
        return Order(
            module=function.__module__,
            name=function.__qualname__,
            arguments=list(arguments),
            limits=limits or self._limits,
            with_file=with_file,
            streams=streams,
        )

    def _served(self, order: Order, file: Path | None) -> tuple[bytes, Ending]:
        with self._called(order, file) as call:
            return call.outcome()

    def _streamed(self, order: Order, file: Path | None) -> Iterator[bytearray]:
        try:
            with self._called(order, file) as call:
                yield from call.pieces()
                told, ending = call.outcome()
        except GeneratorExit:
            self._count("given up")
            raise
        self._judged(told, ending)

    @contextlib.contextmanager
    def _called(self, order: Order, file: Path | None) -> Iterator[JailedCall]:
        """The call, handed over; its child does not outlive the with-block."""
        ours, theirs = socket.socketpair()
        reply, writer = os.pipe()
        with ours, theirs, os.fdopen(reply, "rb", buffering=0), os.fdopen(writer, "wb", buffering=0) as unused:
            with _opened(file) as descriptors:
                control = self._zygote.call([theirs.fileno(), writer, *descriptors])
            theirs.close()
            unused.close()
            if order.streams:
                _widen(reply)
            try:
                send_order(ours, order)
                yield JailedCall(reply, ours, order.limits)
            except OSError as error:
                self._zygote.forget(control)
                self._count("zygote lost")
                raise ZygoteLost from error

    def _judged(self, told: bytes, ending: Ending) -> Any:
        reason = "done"
        try:
            return judge(told, ending)
        except JailBroken as error:
            reason = error.reason
            raise
        except MediaError:
            reason = "refused"
            raise
        except OSError:
            reason = "unread"
            raise
        finally:
            self._count(reason, ending.peak_bytes)

    def _count(self, reason: str, peak_bytes: int = 0) -> None:
        with self._counting:
            self._ended[reason] += 1
            self._peak_bytes = max(self._peak_bytes, peak_bytes)


def _widen(pipe: int) -> None:
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # a narrow pipe does as well, with more turns
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


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
