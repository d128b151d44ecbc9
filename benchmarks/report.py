"""A result as a table for people and as JSON to keep."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_RESULTS = Path(__file__).parent / "results"
_COLUMNS = (
    ("seconds", "seconds", "{:.2f}"),
    ("times_faster", "times faster", "{:.2f}"),
    ("times_less_processor", "less processor", "{:.2f}"),
    ("decibels", "dB", "{:.1f}"),
    ("share_of_matrix_rate", "of matrix rate", "{:.0%}"),
)


def show(result: dict[str, Any]) -> str:
    """A few lines of facts and a table; the reference first."""
    machine = result["machine"]
    rates = ", ".join(f"{name} {rate:.0f}" for name, rate in result["matrix_rates_gflops"].items())
    lines = [
        f"{result['what']}: {', '.join(f'{key} {value}' for key, value in result['options'].items())}",
        f"{machine['processor']}; {machine['threads']} threads; load {machine['load_at_start']:.1f} at the start",
        f"best matrix rates, GFLOP/s: {rates}",
        "",
        f"{'':12}" + "".join(f"{title:>16}" for _, title, _ in _COLUMNS),
    ]
    return "\n".join([*lines, *map(_line, result["rows"])])


def store(result: dict[str, Any], name: str) -> Path:
    """Kept under a name of its own; returns where."""
    _RESULTS.mkdir(exist_ok=True)
    path = _RESULTS / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return path


def _line(row: dict[str, Any]) -> str:
    return f"{row['name']:12}" + "".join(f"{form.format(row[key]):>16}" for key, _, form in _COLUMNS)
