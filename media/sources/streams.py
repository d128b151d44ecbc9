"""httpcore's network on our own dialer: vetted addresses alone, and waiting that can be given up within a moment."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from media.sources.dialing import TURN_SECONDS, Check, Dialer
from media.sources.errors import SourceUnavailable


class VettedNetwork(httpcore.NetworkBackend):
    """What an httpcore pool connects through."""

    def __init__(self, dialer: Dialer, check: Check) -> None:
        self._dialer = dialer
        self._check = check

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the dialer has its own
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Raises LinkRefused, SourceUnavailable."""
        return PatientStream(self._dialer.dial(host, port, self._check), self._check)


class PatientStream(httpcore.NetworkStream):
    """A socket that is waited for in short turns."""

    def __init__(self, line: socket.socket, check: Check) -> None:
        line.settimeout(TURN_SECONDS)
        self._line = line
        self._check = check

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Raises httpcore.ReadTimeout, httpcore.ReadError."""
        try:
            return self._in_turns(lambda: self._line.recv(max_bytes), timeout)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Raises httpcore.WriteTimeout, httpcore.WriteError. What is sent are requests, which fit into one turn."""
        self._line.settimeout(timeout)
        try:
            self._line.sendall(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error
        finally:
            self._line.settimeout(TURN_SECONDS)

    def close(self) -> None:
        """As httpcore's."""
        self._line.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The certificate has to be the name's, whatever the address. Raises SourceUnavailable."""
        try:
            self._line = ssl_context.wrap_socket(
                self._line, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            self._in_turns(self._line.do_handshake, timeout)
        except ssl.SSLCertVerificationError as error:
            self._line.close()
            raise SourceUnavailable(f"The certificate of {server_hostname} is not valid.", lasting=True) from error
        except OSError as error:
            self._line.close()
            raise SourceUnavailable(f"{server_hostname} does not speak HTTPS properly.") from error
        return self

    def get_extra_info(self, info: str) -> Any:
        """As httpcore's; a fresh connection is never found stale."""
        return self._line if info == "ssl_object" and isinstance(self._line, ssl.SSLSocket) else None

    def _in_turns(self, act: Callable[[], Any], seconds: float | None) -> Any:
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            self._check()
            try:
                return act()
            except TimeoutError:
                if until is not None and time.monotonic() >= until:
                    raise
