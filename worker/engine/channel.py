"""Blocks handed from one thread to another, a few at a time. Knows nothing of what is made of them."""

from collections import deque
from collections.abc import Iterator
from threading import Condition

from media.blocks import FloatBlock
from worker.engine.errors import Canceled

_WAITING = 2  # a block of a stream is about a segment's advance, some 2 MB


class Channel(Iterator[FloatBlock]):
    """One thread puts blocks in, another iterates it for them; the one waits while it is full, the other while it is
    empty."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._blocks: deque[FloatBlock] = deque()
        self._ended = False
        self._given_up = False

    def put(self, block: FloatBlock) -> bool:
        """Hand over a block. False when it is not wanted any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._given_up or len(self._blocks) < _WAITING)
            if not self._given_up:
                self._blocks.append(block)
            self._changed.notify_all()
            return not self._given_up

    def end(self) -> None:
        """No more will be put in."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def give_up(self) -> None:
        """Nobody wants what is in it: from now on `put` says so, and whoever iterates it gets Canceled."""
        with self._changed:
            self._given_up = True
            self._blocks.clear()
            self._changed.notify_all()

    def __next__(self) -> FloatBlock:
        with self._changed:
            self._changed.wait_for(lambda: self._given_up or self._ended or bool(self._blocks))
            if self._given_up:
                raise Canceled
            if not self._blocks:
                raise StopIteration
            block = self._blocks.popleft()
            self._changed.notify_all()
            return block
