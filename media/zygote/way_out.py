"""What a confined process may do beyond computing: reach one port of its own machine, and run a few programs."""

import fcntl
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
_INTERFACE = "16sh14x"


@dataclass(frozen=True)
class WayOut:
    """`open_door` is called once the process has a network of its own, if it can have one: it makes the only listener
    there and says its port. `programs`: files and folders that may be read and run; `modules`: that may be read.
    """

    open_door: Callable[[], int]
    programs: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


def raise_loopback() -> None:
    """Bring up the loopback interface of a fresh network namespace (netdevice(7)). Raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        told = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack(_INTERFACE, b"lo", 0))
        flags = struct.unpack(_INTERFACE, told)[1]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack(_INTERFACE, b"lo", flags | _UP))
