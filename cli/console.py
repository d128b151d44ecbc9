"""Where commands speak: stdout for what was asked for, stderr for progress and errors. Text is shown as it is."""

import json
import sys
from collections.abc import Sequence
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

OUT = Console(markup=False, highlight=False, soft_wrap=True)
ERR = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line for a person, on stderr."""
    ERR.print(text)


def show_json(value: Any) -> None:
    """A value for a program, on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def show_table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table for a person, on stdout. The first column is never broken; names that end with a space align right."""
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, show_header=any(columns), pad_edge=False)
    for at, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if column.endswith(" ") else "left"
        table.add_column(column.strip(), justify=justify, overflow="fold", no_wrap=at == 0)
    for row in rows:
        table.add_row(*row)
    OUT.print(table)
