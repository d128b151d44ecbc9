"""What the processes of a worker are called. Two workers of one host name, as containers may be, are told apart."""

import socket


def worker_id(instance: str, pid: int) -> str:
    """The name of this worker's process of this id; `instance` is the worker's own, made anew at each start."""
    return f"{socket.gethostname()}-{instance}-{pid}"
