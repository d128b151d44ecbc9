"""The rows of a suite as a table for people and as JSON to keep."""

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

from tests.suites.suite import Row

_COLOURS = {"passed": "green", "failed": "red", "waiting": "yellow"}
_RESULTS = Path(__file__).parent / "results"


def as_table(name: str, rows: list[Row]) -> Table:
    """One line a trial."""
    table = Table(title=f"{name}: {sum(row.state == 'passed' for row in rows)} of {len(rows)} passed")
    for column in ("trial", "what", "state", "done", "seconds", "figures"):
        table.add_column(column, justify="right" if column in {"done", "seconds"} else "left")
    for row in rows:
        state = f"[{_COLOURS[row.state]}]{row.state}[/]"
        seen = (row.waits_for and f"waits for {row.waits_for}") or _figures(row)
        table.add_row(row.name, row.title, state, f"{row.done}/{row.wanted}", f"{row.seconds:.1f}", seen)
    return table


def store(name: str, rows: list[Row], path: Path | None = None) -> Path:
    """All that was seen, with the machine and the versions it was seen on; returns where."""
    path = path or _RESULTS / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = {
        "suite": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()},
        "versions": {package: version(package) for package in ("stemify", "celery", "kombu", "redis")},
        "rows": [row.as_json() for row in rows],
    }
    path.write_text(json.dumps(seen, indent=1) + "\n", encoding="utf-8")
    return path


def _figures(row: Row) -> str:
    return ", ".join(
        f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}" for key, value in row.figures.items()
    )
