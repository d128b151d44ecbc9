"""TCP ports of this machine: whether one may be listened on, and one that may."""

import errno
import socket


def refusal(host: str, port: int) -> str | None:
    """Why no server could listen there now, as the end of a sentence; None when one could."""
    try:
        with _listening(host, port):
            return None
    except OSError as error:
        return "is in use" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"


def find_free(host: str = "127.0.0.1") -> int:
    """A port that is free now; somebody else may take it before its user does."""
    with _listening(host, 0) as bound:
        return int(bound.getsockname()[1])


def _listening(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
