"""How much may be fetched, how long it may take, and whom it is told to. Plain data."""

import time
from dataclasses import dataclass
from typing import Protocol

from media.sources.errors import SourceUnavailable


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Bounds of one fetch. Below `least_bytes_per_second` over any `pace_seconds` it is given up."""

    most_bytes: int
    most_seconds: float = 600.0
    stall_seconds: float = 20.0
    least_bytes_per_second: int = 10_000
    pace_seconds: float = 30.0


class Onlooker(Protocol):
    """Whom a fetch tells how far it is, and asks whether to go on."""

    def check(self) -> None:
        """Called several times a second, also while nothing arrives; raises to give up."""

    def reached(self, done: int, total: int | None) -> None:
        """So many bytes are here; `total` when it is known."""


class Pace:
    """Measures one fetch against its terms."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._ends = time.monotonic() + terms.most_seconds
        self._since = time.monotonic()
        self._bytes = 0

    def check(self) -> None:
        """Raises SourceUnavailable when it takes too long."""
        if time.monotonic() >= self._ends:
            raise SourceUnavailable(f"Fetching took longer than the {self._terms.most_seconds:g} s allowed.")

    def add(self, count: int) -> None:
        """Count bytes. Raises SourceUnavailable when they come too slowly."""
        self._bytes += count
        elapsed = time.monotonic() - self._since
        if elapsed < self._terms.pace_seconds:
            return
        if self._bytes < self._terms.least_bytes_per_second * elapsed:
            raise SourceUnavailable("The other side sends too slowly.")
        self._since, self._bytes = time.monotonic(), 0
