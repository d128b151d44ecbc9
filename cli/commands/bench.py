"""`stemify bench`: what this machine makes of each model that is on it. Knows no server."""

from typing import Annotated, Any

import typer

from cli.console import say, show_json, show_table
from cli.errors import JobFailed
from cli.local_engine import measure, ready_models

app = typer.Typer()


@app.command(epilog="Example: stemify bench --model demo --precision float32")
def bench(
    model: Annotated[list[str] | None, typer.Option(help="Only this model; repeatable. Default: all here.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 ...")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    seconds: Annotated[float, typer.Option(min=1.0, max=600.0, help="Length of the recording measured with.")] = 15.0,
    json: Annotated[bool, typer.Option("--json", help="Tell the figures as JSON on stdout.")] = False,
) -> None:
    """Measure this machine: how much faster than it plays a recording is separated, stem files written included.

    Only models whose weights are here are measured: `stemify models pull` fetches more.
    """
    names = model or ready_models()
    if not names:
        raise JobFailed("No model's weights are here; `stemify models pull` fetches them.")
    rows: list[dict[str, Any]] = []
    for name in names:
        say(f"Measuring {name} ...")
        rows.append(measure(name, device=device, precision=precision, seconds=seconds))
    if json:
        show_json(rows)
        return
    columns = ("model", "device", "precision", "load, s ", "x realtime ", "separating ", "decode ", "encode ")
    show_table("Seconds of audio a second:", columns, [_cells(row) for row in rows])


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    speeds = (f"{row[key]:.1f}" for key in ("realtime_factor", "separating", "decoding", "encoding"))
    return row["model"], row["device"], row["precision"], f"{row['load_seconds']:.1f}", *speeds
