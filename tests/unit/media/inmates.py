"""What the tests have the jail run: each tries something that a confined child must not get away with."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from media.errors import MediaTooLong, MediaTooShort, UnsupportedMedia


def echo(*arguments: Any) -> Any:
    return arguments


def process_facts() -> dict[str, Any]:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109
        "pid": os.getpid(),
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")),  # noqa: PTH208
        "status": {line.split(":\t")[0]: line.split(":\t")[1] for line in status.splitlines() if ":\t" in line},
    }


def read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def eat_memory() -> int:
    return len(bytearray(2**31))


def burn_processor() -> None:
    while True:
        pass


def sleep_long() -> None:
    time.sleep(60)


def say_pid_and_sleep(path: Path) -> None:  # noqa: ARG001
    time.sleep(60)


def write_much() -> None:
    with open("big", "wb") as file:  # noqa: PTH123
        file.writelines(bytes(2**16) for _ in range(64))


def write_little() -> list[str]:
    Path("small").write_text("x", encoding="utf-8")
    return os.listdir()  # noqa: PTH208


def open_others(places: list[str]) -> list[str]:
    said = []
    for place in places:
        try:
            Path(place).open("rb" if Path(place).is_file() else "wb").close()
            said.append("opened")
        except OSError as error:
            said.append(type(error).__name__)
    return said


def open_much() -> int:
    return len([os.dup(0) for _ in range(100)])


def crash() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(0)


def open_socket() -> str:
    try:
        with socket.create_connection(("127.0.0.1", 9), timeout=1):
            return "connected"
    except OSError as error:
        return type(error).__name__


def start_program() -> str:
    try:
        subprocess.run(["true"], check=True)
    except OSError as error:
        return type(error).__name__
    return "ran"


def signal_process(pid: int) -> str:
    try:
        os.kill(pid, signal.SIGTERM)
    except OSError as error:
        return type(error).__name__
    return "sent"


def leave_a_sleeper_behind() -> int:
    child = os.fork()
    if child == 0:
        for held in range(32):
            try:
                os.close(held)
            except OSError:
                continue
        time.sleep(60)
    return child


def answer_much() -> str:
    return "x" * 2**22


def answer_no_json() -> None:
    os.write(4, b"\x80\x04nonsense")
    os._exit(0)


def answer_deep_json() -> None:
    os.write(4, b"[" * 60_000)
    os._exit(0)


def forge_facts(*_: Any) -> dict[str, Any]:
    return {"container": ["not", "a", "name"]}


def answer_object() -> object:
    return object()


def raise_unsupported() -> None:
    raise UnsupportedMedia("a p\x1b[31mainting" + "g" * 1000)


def raise_too_short() -> None:
    raise MediaTooShort(0.5)


def raise_too_long() -> None:
    raise MediaTooLong(3.0)


def raise_fault() -> None:
    raise RuntimeError("a mistake")


_BLOCK = bytes(2**18)


def stream_and_crash(*_: Any) -> Iterator[bytes]:
    yield _BLOCK
    crash()


def stream_and_sleep(*_: Any) -> Iterator[bytes]:
    yield _BLOCK
    sleep_long()


def stream_and_burn(*_: Any) -> Iterator[bytes]:
    yield _BLOCK
    burn_processor()


def stream_and_leave(*_: Any) -> Iterator[bytes]:
    yield _BLOCK
    leave()


def stream_a_long_piece(*_: Any) -> Iterator[bytes]:
    os.write(4, b"\xff\xff\xff\xff")
    yield _BLOCK


def stream_odd(*_: Any) -> Iterator[bytes]:
    yield bytes(7)


def stream_nan(*_: Any) -> Iterator[bytes]:
    yield b"\x00\x00\xc0\x7f" * 4


def stream_endlessly(*_: Any) -> Iterator[bytes]:
    while True:
        yield _BLOCK
