"""One jailed call seen from its caller: what its child says, and how it ended. Believes a child's lengths alone."""

import contextlib
import os
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

from media.limits import Limits
from media.zygote.reply import LENGTH_BYTES
from media.zygote.wire import Ending, receive_ending

_GRACE_SECONDS = 5.0
"""How long after a call's wall time the zygote may take to say that it ended, before it is given up itself."""

_LONGEST_PIECE_BYTES = 2**24


class LineLost(ConnectionError):
    """The zygote said nothing of how a call ended."""


class JailedCall:
    """A call that was handed over. `reply`: the pipe its child writes to; `line`: the socket to the zygote."""

    def __init__(self, reply: int, line: socket.socket, limits: Limits) -> None:
        os.set_blocking(reply, False)
        self._reply = reply
        self._line = line
        self._limits = limits
        self._cut: str | None = None
        self._waited = 0.0
        self._delivered = 0

    def pieces(self) -> Iterator[bytearray]:
        """Every piece of a stream as it comes, until there are no more or the child's time is up; then see `outcome`.

        What the taker of a piece does with it takes none of the child's time. Raises OSError.
        """
        while (length := self._exactly(LENGTH_BYTES)) and (size := int.from_bytes(length, "big")):
            if size > _LONGEST_PIECE_BYTES:
                self._hang_up("reply")
                return
            piece = self._exactly(size)
            if piece is None:
                return
            self._delivered += size
            yield piece

    def outcome(self) -> tuple[bytes, Ending]:
        """The child's last word and how it ended. Raises LineLost, OSError."""
        deadline = time.monotonic() + self._limits.wall_seconds + _GRACE_SECONDS
        told = bytearray()
        with selectors.DefaultSelector() as selector:
            for source in (self._reply, self._line.fileno()):
                selector.register(source, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select(max(0.0, deadline - time.monotonic()))}
                if not ready:
                    raise LineLost
                if self._reply in ready and self._drained(told):
                    selector.unregister(self._reply)
                if self._line.fileno() in ready:
                    return self._ended(told)

    def _ended(self, told: bytearray) -> tuple[bytes, Ending]:
        ending = receive_ending(self._line)
        if ending is None:
            raise LineLost
        self._drained(told)
        return bytes(told), ending if self._cut is None else replace(ending, cut=self._cut)

    def _drained(self, told: bytearray) -> bool:
        """Take what is there now; True when there will be no more."""
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._reply, 65_536):
                told += piece
                if len(told) > self._limits.reply_bytes:
                    self._hang_up("reply size")
                    return True
            return True
        return False

    def _exactly(self, size: int) -> bytearray | None:
        """So many bytes; None when there are fewer, or they did not come in time."""
        taken = bytearray(size)
        missing = memoryview(taken)
        while missing:
            try:
                count = os.readv(self._reply, [missing])
            except BlockingIOError:
                if self._waits():
                    continue
                return None
            if not count:
                return None
            missing = missing[count:]
        return taken

    def _waits(self) -> bool:
        """Wait for more; False when the child has had all the time it may."""
        allowed = self._limits.wall_seconds + self._limits.earned_seconds(self._delivered)
        began = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self._reply, selectors.EVENT_READ)
            came = selector.select(max(0.0, allowed - self._waited))
        self._waited += time.monotonic() - began
        if not came:
            self._hang_up("wall time")
        return bool(came)

    def _hang_up(self, why: str) -> None:
        """Have the zygote kill the child; it still says how it ended."""
        self._cut = self._cut or why
        with contextlib.suppress(OSError):  # it may have ended by itself
            self._line.shutdown(socket.SHUT_WR)
