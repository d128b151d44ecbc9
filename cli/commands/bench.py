"""`stemify bench`: what this machine makes of each model that is on it, in two minutes. Knows no server."""

import time
from typing import Annotated, Any

import typer

from cli.console import say, show_json, show_table
from cli.local_engine import STAND_IN, measure, ready_models

app = typer.Typer()

_SONG_SECONDS = 240.0


@app.command(epilog="Example: stemify bench --model demo --precision float32 --seconds 30")
def bench(
    model: Annotated[
        list[str] | None, typer.Option(help="Only this model; repeatable. [default: htdemucs and all here]")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 ...")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    seconds: Annotated[
        float, typer.Option(min=1.0, max=3600.0, help="Time limit of it all, shared by the models.")
    ] = 120,
    json: Annotated[bool, typer.Option("--json", help="Tell the figures as JSON on stdout.")] = False,
) -> None:
    """Measure this machine: how much faster than it plays a recording is separated, stem files written included.

    Models whose weights are here are measured with noise, as much of it as the time allows. htdemucs is measured even
    without its weights: random ones are as fast.
    """
    names = model or list(dict.fromkeys([STAND_IN, *ready_models()]))
    until = time.monotonic() + seconds
    rows: list[dict[str, Any]] = []
    for at, name in enumerate(names):
        share = max(0.0, until - time.monotonic()) / (len(names) - at)
        rows.append(measure(name, device=device, precision=precision, seconds=share, shown=not json))
    if json:
        show_json(rows)
        return
    columns = ("model", "on", "ready, s ", "MB ", "x realtime ", "networks ", "decode ", "encode ")
    show_table("Seconds of audio a second:", columns, [_cells(row) for row in rows])
    for row in rows:
        _tell(row)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    ready = f"{row['load_seconds'] + row['warm_up_seconds']:.1f}"
    speeds = (_shown(row[key]) for key in ("realtime_factor", "separating", "decoding", "encoding"))
    on = f"{row['device']}, {row['precision']}"
    return row["model"], on, ready, f"{row['memory_bytes'] / 1e6:.0f}", *speeds


def _shown(speed: float | None) -> str:
    return "-" if speed is None else f"{speed:.1f}"


def _tell(row: dict[str, Any]) -> None:
    """What a reader of the table must know."""
    name = row["model"]
    say(f"{name}: a song of 4 minutes takes about {_SONG_SECONDS / row['realtime_factor']:.0f} s.")
    if row["weights"] == "random":
        say(f"{name}: random weights, which are as fast; `stemify models pull {name}` fetches the real ones.")
    if not row["whole"]:
        say(f"{name}: measured by a part of its recording, since the time was up; --seconds gives it more.")
    if row["overdue"]:
        say(f"{name}: it took too long to load and warm up; a worker would say warm_up_overdue.")
