"""Named points in the life of a job at which a process can be made to die: doors of production code, wrapped here.

A point that is armed (a file of its name in the trial's folder) kills the process that reaches it first, once.
"""

import functools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = "TRIAL_FOLDER"
Name = str


@dataclass(frozen=True)
class Door:
    """A function of a class or module; `before` and `after` are the points on its two sides."""

    owner: Any
    function: str
    before: Name | None = None
    after: Name | None = None


def environment(folder: Path) -> dict[str, str]:
    """What a process with failpoints is told."""
    return {_FOLDER: str(folder)}


def arm(folder: Path, point: Name) -> None:
    """The next process that gets there dies."""
    _file(folder, point).touch()


def is_armed(folder: Path, point: Name) -> bool:
    """Whether nobody got there yet."""
    return _file(folder, point).exists()


def install(*doors: Door) -> None:
    """Wrap these doors in this process."""
    folder = Path(os.environ[_FOLDER])
    for door in doors:
        setattr(door.owner, door.function, _wrapped(getattr(door.owner, door.function), door, folder))


def _wrapped(function: Callable[..., Any], door: Door, folder: Path) -> Callable[..., Any]:
    @functools.wraps(function)
    def through(*args: Any, **options: Any) -> Any:
        _reached(folder, door.before)
        answer = function(*args, **options)
        _reached(folder, door.after)
        return answer

    return through


def _reached(folder: Path, point: Name | None) -> None:
    if point is None:
        return
    try:
        _file(folder, point).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _file(folder: Path, point: Name) -> Path:
    return folder / f"armed {point}"
