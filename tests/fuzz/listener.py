"""A secret nobody may be told, and ears on this machine for whoever is sent here: neither may be found."""

import secrets
import select
import socket
from pathlib import Path

import numpy as np
import soundfile

from tests.fuzz.pointers import Target

LEVEL = 0.9
"""The secret's sound: nothing else in a trial stays there."""


class Listener:
    """A secret file in `folder`, a TCP and a UDP port. `visits`: who came."""

    def __init__(self, folder: Path) -> None:
        self.secret = secrets.token_hex(16)
        sound = np.full((96_000, 2), LEVEL, dtype=np.float32)
        path = folder / "canary.wav"
        soundfile.write(path, sound, 48_000, subtype="PCM_16")
        with path.open("ab") as file:
            file.write(self.secret.encode() * 64)
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.target = Target(path.name, str(folder), self._tcp.getsockname()[1], self._udp.getsockname()[1])

    @property
    def visits(self) -> int:
        """How many ways in have somebody waiting."""
        return len(select.select([self._tcp, self._udp], [], [], 0.0)[0])

    def close(self) -> None:
        """Listen no more."""
        self._tcp.close()
        self._udp.close()
