"""What goes between the jail and its zygote: JSON with its length before it, descriptors beside it. Trusts no child."""

import json
import socket
from dataclasses import asdict, dataclass
from typing import Any

from media.limits import Limits
from media.walls import Wall

_MOST_BYTES = 2**20
_LENGTH_BYTES = 4


@dataclass(frozen=True)
class Order:
    """One call: a function by module and name, its plain arguments, its limits; whether a file comes with it.

    `streams`: the function yields pieces of bytes, which its caller takes as they come.
    """

    module: str
    name: str
    arguments: list[Any]
    limits: Limits
    with_file: bool
    streams: bool = False


@dataclass(frozen=True)
class Ending:
    """How a child ended: its exit code (negative: the signal that killed it), what it used, its limit passed."""

    code: int
    cpu_seconds: float
    peak_bytes: int
    cut: str | None = None


def send_order(line: socket.socket, order: Order) -> None:
    """Send one order. Raises OSError, ValueError when the arguments are not plain or too long."""
    _send(line, asdict(order))


def receive_order(line: socket.socket) -> Order | None:
    """The order; None when the caller is gone."""
    told = _receive(line)
    return None if told is None else Order(**{**told, "limits": Limits(**told["limits"])})


def send_ending(line: socket.socket, ending: Ending) -> None:
    """Say how it ended. Raises OSError when the caller is gone."""
    _send(line, asdict(ending))


def receive_ending(line: socket.socket) -> Ending | None:
    """How it ended; None when the zygote is gone."""
    told = _receive(line)
    return None if told is None else Ending(**told)


def send_missing(control: socket.socket, missing: dict[Wall, str]) -> None:
    """The zygote's greeting: it is ready, and these walls do not stand here."""
    _send(control, missing)


def receive_missing(control: socket.socket) -> dict[Wall, str] | None:
    """The greeting; None when the zygote died before it."""
    told = _receive(control)
    return None if told is None else {Wall(name): why for name, why in told.items()}


def _send(line: socket.socket, message: Any) -> None:
    data = json.dumps(message).encode()
    if len(data) > _MOST_BYTES:
        raise ValueError("the arguments of a jailed call are too long")
    line.sendall(len(data).to_bytes(_LENGTH_BYTES, "big") + data)


def _receive(line: socket.socket) -> Any:
    length = _exactly(line, _LENGTH_BYTES)
    data = None if length is None else _exactly(line, int.from_bytes(length, "big"))
    return None if data is None else json.loads(data)


def _exactly(line: socket.socket, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        piece = line.recv(size - len(data))
        if not piece:
            return None
        data += piece
    return bytes(data)
