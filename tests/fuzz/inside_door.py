"""The door of the process that reads sites, asked for a host in whatever spelling."""

import contextlib
import socket

from media.sources.dialing import Dialer
from media.sources.sites.proxy import ConnectProxy

_SECONDS = 20.0


def through_door(dialer: Dialer, host: str, port: int) -> str:
    """What the door answers: its status, or "nothing"; "fetched" when it connects."""
    door = socket.create_server(("127.0.0.1", 0))
    place = door.getsockname()
    with ConnectProxy(door, dialer, most_bytes=10_000), socket.create_connection(place, timeout=_SECONDS) as line:
        line.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode())
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = line.recv(1000)
    status = answer.split(b" ")[1].decode() if answer else "nothing"
    return "fetched" if status == "200" else f"door {status}"
