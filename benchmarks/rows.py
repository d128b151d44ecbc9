"""What a part of the benchmark found: rows of named figures. Knows no part and no table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.alternating import Run
from benchmarks.asked import Asked
from benchmarks.workshop import Workshop


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table.

    `figures`: in the order they are shown, units in their names; None where there is none. `runs`: every counted one.
    `note`: what a reader must know to read the figures, or why there are none.
    """

    name: str
    figures: Mapping[str, float | None] = field(default_factory=dict)
    runs: Sequence[Run] = ()
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """To keep."""
        return asdict(self)


Measure = Callable[[Asked, Workshop], Iterable[Row]]
"""May hand out its rows one by one: those there are when it fails are kept."""


@dataclass(frozen=True)
class Part:
    """A part that can be chosen by its name. `title`: what it measures, in a few words."""

    name: str
    title: str
    measure: Measure
