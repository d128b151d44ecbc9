"""Results as tables for people and as JSON to keep."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.rows import Part, Row

_RESULTS = Path(__file__).parent / "results"


def as_table(part: Part, rows: Sequence[Row]) -> Table:
    """One line a row; the reference first."""
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    table = Table(title=f"{part.name}: {part.title}", title_justify="left")
    table.add_column("")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(row.name, *(shown(name, row.figures.get(name)) for name in names))
    return table


def notes(rows: Sequence[Row]) -> str:
    """What a reader must know, each sentence once."""
    return "\n".join(f"  {note}" for note in dict.fromkeys(row.note for row in rows if row.note))


def shown(name: str, value: float | None) -> str:
    """The figure to about three digits, as a percentage where it is a share."""
    if value is None:
        return "-"
    if name.endswith("_share"):
        return f"{value:.0%}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def results_path() -> Path:
    """A name of its own for this run's JSON."""
    return _RESULTS / f"bench-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"


def store(result: dict[str, Any], path: Path) -> None:
    """Keep it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
