"""TCP ports of this machine: whether one is free, and one that is."""

import socket


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. An unknown `host` counts as not free."""
    try:
        with _listening(host, port):
            return True
    except OSError:
        return False


def find_free(host: str = "127.0.0.1") -> int:
    """A port that is free now; somebody else may take it before its user does."""
    with _listening(host, 0) as bound:
        return int(bound.getsockname()[1])


def _listening(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
