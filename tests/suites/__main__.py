"""`python -m tests.suites faults|load|fuzz`: runs a long suite; shows its table and keeps its JSON."""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from tests.suites.side_by_side import run_side_by_side
from tests.suites.suite import Row, choose, run_suite
from tests.suites.table import as_table, store
from tests.suites.trial import Trial

_SUITES = ("faults", "load", "fuzz")


def main() -> int:
    """0 when nothing failed, 1 when something did, 2 for a wrong name, 130 when it was interrupted."""
    wished = _arguments()
    console = Console()
    trials = importlib.import_module(f"tests.{wished.suite}.trials").TRIALS
    try:
        chosen = choose(trials, wished.only)
    except ValueError as error:
        console.print(str(error), style="red")
        return 2
    try:
        rows = _run(wished, chosen, lambda row: _tell(console, row))
    except KeyboardInterrupt:
        console.print("interrupted; its processes are gone, and no result is kept", style="red")
        return 130
    console.print(as_table(wished.suite, rows))
    console.print(f"kept in {store(wished.suite, rows, wished.json)}")
    return int(any(row.state == "failed" for row in rows))


def _run(wished: argparse.Namespace, chosen: list[Trial], told: Callable[[Row], None]) -> list[Row]:
    if wished.at_once == 1:
        return run_suite(chosen, share=wished.share, told=told)
    return run_side_by_side(wished.suite, chosen, share=wished.share, at_once=wished.at_once, told=told)


def _tell(console: Console, row: Row) -> None:
    console.print(f"{row.name} {row.state} in {row.seconds:.1f} s", highlight=False)
    for failure in row.failed[:20]:
        console.print(f"  {failure}", style="red", markup=False, highlight=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.suites", description=__doc__)
    parser.add_argument("suite", choices=_SUITES)
    parser.add_argument("--only", help="some trials of it, with commas: F1,F4")
    parser.add_argument("--share", type=float, default=1.0, help="of the full count, at least one of each (default 1)")
    parser.add_argument("--at-once", type=int, choices=range(1, 9), default=1, help="trials side by side (default 1)")
    parser.add_argument("--json", type=Path, help="where the result is kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
