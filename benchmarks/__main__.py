"""`python -m benchmarks`: measures this machine part by part; shows a table for each and keeps one JSON of all."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from benchmarks.asked import Asked, small
from benchmarks.machine import describe_machine
from benchmarks.parts import PARTS, choose
from benchmarks.report import as_table, notes, results_path, store
from benchmarks.rows import Part, Row
from benchmarks.workshop import Workshop

_EXAMPLES = """examples:
  python -m benchmarks                                   all of it; an hour or more on two cores
  python -m benchmarks --only separation,specialist      minutes
  python -m benchmarks --only files --song-seconds 60 --runs 3
  python -m benchmarks --only gpu                        where CUDA is
  python -m benchmarks --small                           does it run? seconds, with a tiny network
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every part was measured, 1 when one failed, 2 for wrong use."""
    told = _parser().parse_args(arguments)
    console, asked = Console(width=None if sys.stdout.isatty() else 160), _asked(told)
    try:
        parts = choose(told.only)
    except ValueError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    if asked.threads:
        torch.set_num_threads(asked.threads)
    path = told.json or results_path()
    result: dict[str, Any] = {"machine": describe_machine(), "options": asdict(asked), "parts": []}
    with tempfile.TemporaryDirectory(prefix="stemify-bench-") as folder:
        workshop = Workshop(Path(folder))
        for part in parts:
            result["parts"].append(_measured(part, asked, workshop, console))
            store(result, path)
    console.print(f"Kept in {path}", soft_wrap=True, highlight=False)
    return int(any(part["failed"] for part in result["parts"]))


def _measured(part: Part, asked: Asked, workshop: Workshop, console: Console) -> dict[str, Any]:
    """One part, shown as soon as it is there. One that fails is told and does not stop the others."""
    started, load, failed = time.perf_counter(), os.getloadavg()[0], ""
    rows: list[Row] = []
    try:
        rows.extend(part.measure(asked, workshop))
    except Exception as error:  # noqa: BLE001 - the parts that follow may well work
        failed = f"{type(error).__name__}: {error}"
        console.print(f"{part.name} failed: {failed}", style="red", markup=False)
    console.print(as_table(part, rows))
    console.print(notes(rows), markup=False, highlight=False)
    return {
        "name": part.name,
        "title": part.title,
        "load": [load, os.getloadavg()[0]],
        "seconds": time.perf_counter() - started,
        "failed": failed,
        "rows": [row.as_json() for row in rows],
    }


def _asked(told: argparse.Namespace) -> Asked:
    given = {field.name: getattr(told, field.name) for field in fields(Asked)}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    asked = replace(Asked(), **{name: value for name, value in given.items() if value is not None})
    return small(asked) if told.small else asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=_EXAMPLES + "\nparts:\n" + "\n".join(f"  {part.name:<12}{part.title}" for part in PARTS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add, otherwise = parser.add_argument, Asked()
    add("--only", help="some parts, with commas: separation,files")
    add("--small", action="store_true", help="tiny sizes: whether it runs, not what the machine can do")
    add("--json", type=Path, help="where the result is kept (default: benchmarks/results/)")
    add("--model", choices=("htdemucs", "tiny"), help=f"architecture, random weights (default: {otherwise.model})")
    add("--runs", type=int, help=f"counted runs of each contender (default: {otherwise.runs})")
    add("--seconds", type=float, help=f"of audio for the separation alone (default: {otherwise.seconds:g})")
    add("--song-seconds", type=float, help=f"of the song of `files` (default: {otherwise.song_seconds:g})")
    add("--gpu-seconds", type=float, help=f"of the song of `gpu` (default: {otherwise.gpu_seconds:g})")
    add("--lengths", type=float, nargs="+", help="minutes, of `length` (default: 10 60 600)")
    add("--jail-seconds", type=float, help="of the MP3 of `jail` (default: 240)")
    add("--player-minutes", type=float, nargs="+", help="of the jobs that `player` plays (default: 5 60)")
    add("--model-lengths", type=float, nargs="+", help="minutes, of `memory` (default: 2 10)")
    add("--batches", type=int, nargs="+", help="of segments, tried by `gpu` (default: 1 4 8 16)")
    add("--overlap", type=float, help=f"of neighbouring segments (default: {otherwise.overlap:g})")
    add("--threads", type=int, help="of torch (default: its own choice)")
    add("--device", help=f"of `gpu` (default: {otherwise.device})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
