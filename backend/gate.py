"""Few at once go through to where threads work, and nobody waits long for that. Knows not what they do there."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, move_on_after, to_thread

from contract.errors import StoreUnavailable

Found = TypeVar("Found")


class Gate:
    """For calls that need the interpreter more than they wait: many at once in threads only keep it from each other.

    `width`: how many at once. `longest_wait_seconds`: for a place, before the caller is told to come back.
    """

    def __init__(self, width: int, *, longest_wait_seconds: float) -> None:
        self._places = CapacityLimiter(width)
        self._longest_wait_seconds = longest_wait_seconds

    async def through(self, call: Callable[[str], Found], argument: str) -> Found:
        """What the call returns, from a thread. Raises StoreUnavailable when those before it are stuck there."""
        with move_on_after(self._longest_wait_seconds) as waiting:
            await self._places.acquire()
        if waiting.cancelled_caught:
            raise StoreUnavailable
        try:
            return await to_thread.run_sync(call, argument)
        finally:
            self._places.release()
