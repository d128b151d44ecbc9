"""Resolves a host once, vets what came out, and connects to one of those very addresses. Knows no HTTP.

A name that answers differently the next time gains nothing: nobody asks it a second time.
"""

import contextlib
import errno
import ipaddress
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

from media.sources.errors import LinkRefused, SourceUnavailable
from media.sources.links import PRIVATE
from media.sources.reach import Address, Reach

Resolve = Callable[[str, int], list[str]]
Check = Callable[[], None]

TURN_SECONDS = 0.2
"""How often, while waiting, the caller is asked whether to go on."""
_MOST_ADDRESSES = 4
_RESOLVE_SECONDS = 10.0
_CONNECT_SECONDS = 8.0


def system_resolve(host: str, port: int) -> list[str]:
    """What the system's resolver says. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Dialing(Protocol):
    """Opens connections within a reach."""

    @property
    def reach(self) -> Reach:
        """What may be reached."""

    def dial(self, host: str, port: int, check: Check) -> socket.socket:
        """A connected socket. Raises LinkRefused, SourceUnavailable, and what `check` raises."""


class Dialer:
    """Opens connections within a reach."""

    def __init__(self, reach: Reach, *, resolve: Resolve = system_resolve) -> None:
        self.reach = reach
        self._resolve = resolve

    def dial(self, host: str, port: int, check: Check) -> socket.socket:
        """A connected socket. `check` is called every so often and may raise to give up.

        Raises LinkRefused when none of the host's addresses may be reached, SourceUnavailable when none answers.
        """
        if port not in self.reach.ports:
            raise LinkRefused(f"Port {port} is not fetched from.")
        addresses = self._addresses(host, port, check)
        vetted = [address for address in addresses if self.reach.allows(host, address)]
        if not vetted:
            raise LinkRefused(PRIVATE)
        for address in vetted[:_MOST_ADDRESSES]:
            with contextlib.suppress(OSError):
                return _connected(address, port, check)
        raise SourceUnavailable(f"{host} does not answer.")

    def _addresses(self, host: str, port: int, check: Check) -> list[Address]:
        with contextlib.suppress(ValueError):
            return [ipaddress.ip_address(host)]
        told = _in_thread(lambda: self._resolve(host, port), check)
        if told is None:
            raise SourceUnavailable(f"The name {host} could not be looked up.")
        return [ipaddress.ip_address(text) for text in told]


def _in_thread(resolve: Callable[[], list[str]], check: Check) -> list[str] | None:
    """The system's resolver cannot be interrupted: it is left behind in its thread when it takes too long."""
    answers: list[list[str]] = []
    done = threading.Event()

    def ask() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            answers.append(resolve())
        done.set()

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    until = time.monotonic() + _RESOLVE_SECONDS
    while not done.wait(TURN_SECONDS):
        check()
        if time.monotonic() >= until:
            return None
    return answers[0] if answers else None


def _connected(address: Address, port: int, check: Check) -> socket.socket:
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        line.setblocking(False)
        if (number := line.connect_ex((str(address), port))) not in (0, errno.EINPROGRESS):
            raise OSError(number, os.strerror(number))
        until = time.monotonic() + _CONNECT_SECONDS
        while not select.select([], [line], [], TURN_SECONDS)[1]:
            check()
            if time.monotonic() >= until:
                raise TimeoutError
        if number := line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(number, os.strerror(number))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        line.close()
        raise
    return line
