"""`stemify up`: the whole stack on this machine, until Ctrl-C."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.console import say
from cli.data_folder import DataFolder
from cli.errors import Interrupted
from cli.settings import shared_settings
from cli.stack import StackOptions, run_stack

app = typer.Typer()


@app.command(epilog="Example: stemify up --port 8001 --data-dir ~/stemify-data")
def up(
    port: Annotated[int, typer.Option(min=1, max=65_535, envvar="PORT", help="Port of the web UI and the API.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets others in.")] = "127.0.0.1",
    data_dir: Annotated[Path, typer.Option(help="Where recordings, stems, the job record and logs are kept.")] = Path(
        "stemify-data"
    ),
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many workers separate at the same time.")] = 1,
) -> None:
    """Start everything on this machine and stay up; Ctrl-C stops all of it."""
    shared_settings()  # what cannot work is said before anything is started
    options = StackOptions(port=port, host=host, workers=workers)

    async def announce() -> None:
        say(f"Stemify is ready: {options.url} (API docs: {options.url}/docs). Ctrl-C stops it.")
        await asyncio.Event().wait()

    with DataFolder(data_dir) as folder:
        say(f"Starting; data and logs are in {folder.path}.")
        try:
            asyncio.run(run_stack(options, folder, say=say, then=announce))
        except Interrupted:
            say("Stopped.")
