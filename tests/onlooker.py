"""Somebody who watches a fetch, counts, and may want no more of it."""

import threading


class Enough(Exception):
    """The onlooker wants no more."""


class Onlooker:
    """`told`: what it heard; gives up when `stop` is set."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int | None]] = []
        self.stop = threading.Event()

    def check(self) -> None:
        if self.stop.is_set():
            raise Enough

    def reached(self, done: int, total: int | None) -> None:
        self.told.append((done, total))
