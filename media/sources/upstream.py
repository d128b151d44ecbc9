"""Connections through an operator's own HTTP proxy, which looks names up itself. Knows no site.

RFC 9110, section 9.3.6. A private address is refused all the same; where a name leads, that proxy decides.
"""

import base64
import socket
from urllib.parse import unquote, urlsplit

from media.sources.dialing import Check, Dialer
from media.sources.errors import SourceUnavailable
from media.sources.links import read_link
from media.sources.reach import Reach

_SECONDS = 20.0
_MOST_HEAD_BYTES = 16_384


class UpstreamDialer:
    """Dials through `proxy`, an address like http://user:password@host:3128. Raises ValueError for another form."""

    def __init__(self, proxy: str, reach: Reach) -> None:
        parts = urlsplit(proxy)
        if parts.scheme != "http" or not parts.hostname or parts.port is None:
            raise ValueError("the proxy for sites must be written like http://host:3128")
        self.reach = reach
        self._host, self._port = parts.hostname, parts.port
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
        told = f"Proxy-Authorization: Basic {base64.b64encode(login).decode()}\r\n"
        self._login = told if parts.username else ""
        self._way = Dialer(Reach(ports=frozenset({parts.port}), hosts=frozenset({parts.hostname})))

    def dial(self, host: str, port: int, check: Check) -> socket.socket:
        """A line to `host` through the proxy. Raises LinkRefused for a private address, SourceUnavailable."""
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        read_link(f"https://{target}/", self.reach)
        line = self._way.dial(self._host, self._port, check)
        try:
            line.settimeout(_SECONDS)
            line.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{self._login}\r\n".encode())
            _check_answer(line)
        except BaseException:
            line.close()
            raise
        return line


def _check_answer(line: socket.socket) -> None:
    """Byte by byte, since what follows the head is not ours to read."""
    head = bytearray()
    try:
        while not head.endswith(b"\r\n\r\n") and len(head) < _MOST_HEAD_BYTES:
            piece = line.recv(1)
            if not piece:
                break
            head += piece
    except OSError as error:
        raise SourceUnavailable("The proxy for sites does not answer.") from error
    status = head.split(b" ", 2)
    if len(status) < 2 or status[1] != b"200":
        raise SourceUnavailable("The proxy for sites refuses to connect.")
