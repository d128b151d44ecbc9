"""The one door of a confined child: a CONNECT proxy that looks a name up once, vets the address, and counts bytes.

RFC 9110, section 9.3.6. It speaks to whoever connects to the listening socket it is given, and to nobody private.
"""

import contextlib
import re
import select
import socket
import threading
from types import TracebackType
from typing import Self

from media.sources.dialing import TURN_SECONDS, Dialing
from media.sources.errors import LinkRefused, SourceError, SourceUnavailable
from media.sources.links import read_link

_MOST_HEAD_BYTES = 16_384
_MOST_LINES = 32
_PIECE_BYTES = 65_536
_STALL_SECONDS = 30.0
_HEAD_SECONDS = 5.0
_CONNECT = re.compile(rb"CONNECT (\S{1,300}):(\d{1,5}) HTTP/1\.[01]\r\n")
_TOO_MUCH = "The site sends far more than a recording and its pages need."
_PLAIN = "The site names an address without encryption, which is not fetched from."


class _Closed(Exception):
    """The proxy is being closed."""


class ConnectProxy:
    """Serves a listening socket inside the with-block. `refused`: the last reason why a line was not opened, or cut."""

    def __init__(self, door: socket.socket, dialer: Dialing, *, most_bytes: int) -> None:
        self.refused: Exception | None = None
        self._door = door
        self._dialer = dialer
        self._left = most_bytes
        self._counting = threading.Lock()
        self._over = threading.Event()
        self._lines = threading.BoundedSemaphore(_MOST_LINES)
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._door.settimeout(TURN_SECONDS)
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in list(self._threads):
            thread.join()
        self._door.close()

    def _start(self, act: object, *arguments: object) -> None:
        thread = threading.Thread(target=act, args=arguments, name="link-proxy", daemon=True)  # type: ignore[arg-type]
        self._threads = [*(other for other in self._threads if other.is_alive()), thread]
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                visitor, _ = self._door.accept()
                self._lines.acquire()
                self._start(self._serve, visitor)

    def _serve(self, visitor: socket.socket) -> None:
        try:
            with visitor, contextlib.suppress(OSError, _Closed):
                visitor.settimeout(_HEAD_SECONDS)
                self._answer(visitor)
        finally:
            self._lines.release()

    def _answer(self, visitor: socket.socket) -> None:
        asked = _CONNECT.match(_head(visitor))
        if asked is None:
            self.refused = LinkRefused(_PLAIN)
            visitor.sendall(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
            return
        try:
            link = read_link(f"https://{asked[1].decode('latin-1')}:{int(asked[2])}/", self._dialer.reach)
            far = self._dialer.dial(link.host, link.port, self._check)
        except (LinkRefused, SourceError) as error:
            self.refused = error
            status = b"403 Forbidden" if isinstance(error, LinkRefused) else b"502 Bad Gateway"
            visitor.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
            return
        with far:
            far.settimeout(_STALL_SECONDS)
            visitor.settimeout(_STALL_SECONDS)
            visitor.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            self._relay(visitor, far)

    def _relay(self, visitor: socket.socket, far: socket.socket) -> None:
        """Until either side ends, or too much came."""
        ways = {visitor: far, far: visitor}
        while True:
            self._check()
            for side in select.select(list(ways), [], [], TURN_SECONDS)[0]:
                piece = side.recv(_PIECE_BYTES)
                if not piece or not self._is_within(len(piece)):
                    return
                ways[side].sendall(piece)

    def _is_within(self, count: int) -> bool:
        with self._counting:
            self._left -= count
            if self._left < 0:
                self.refused = SourceUnavailable(_TOO_MUCH, lasting=True)
            return self._left >= 0

    def _check(self) -> None:
        if self._over.is_set():
            raise _Closed


def _head(visitor: socket.socket) -> bytes:
    """The request's head; what there is of it when it is too long or ends early."""
    head = bytearray()
    while b"\r\n\r\n" not in head and len(head) < _MOST_HEAD_BYTES:
        piece = visitor.recv(_MOST_HEAD_BYTES - len(head))
        if not piece:
            break
        head += piece
    return bytes(head)
