"""Waiting for the thing itself, with a deadline."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(ask: Callable[[], Found], what: str, *, seconds: float = 60.0) -> Found:
    """What `ask` gives once it is true. Fails with `what` when the deadline passes."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, f"after {seconds:g} s still not: {what}"
        time.sleep(0.05)  # between questions to another process
    return found


async def until_async(ask: Callable[[], Found], what: str, *, seconds: float = 30.0) -> Found:
    """As `until`, while the loop's other tasks go on."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, f"after {seconds:g} s still not: {what}"
        await asyncio.sleep(0.02)
    return found
