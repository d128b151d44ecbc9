"""The roof of `stemify`: which commands there are, and how each ending becomes an exit code and one sentence."""

import os
import signal
import sys
from importlib.metadata import version
from types import FrameType
from typing import Annotated

import typer

from cli.commands import bench, demo, doctor, jobs, models, separate, submit, up
from cli.console import OUT, say
from cli.errors import CommandError, Interrupted

app = typer.Typer(
    name="stemify",
    help="Separate music into its stems: on this machine, or with a Stemify server.",
    epilog="Example: stemify separate song.mp3 -o stems/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(up.app)
app.add_typer(demo.app)
app.add_typer(separate.app)
app.add_typer(submit.app)
app.add_typer(jobs.app, name="jobs")
app.add_typer(models.app, name="models")
app.add_typer(doctor.app)
app.add_typer(bench.app)


def _tell_version(asked: bool) -> None:
    if asked:
        OUT.print(version("stemify"))
        raise typer.Exit


@app.callback()
def stemify(
    told: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """What holds before every command: nothing but `--version`, which has been told by now."""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 the job failed, 2 wrong use, 3 server not reachable, 130 Ctrl-C."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        app()
    except CommandError as ended:
        say(str(ended))
        sys.exit(ended.exit_code)
    except Exception as unforeseen:
        if os.environ.get("STEMIFY_DEBUG"):
            raise
        say(f"Something unforeseen happened ({type(unforeseen).__name__}: {unforeseen}); STEMIFY_DEBUG=1 shows where.")
        sys.exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted("Stopped.")


if __name__ == "__main__":
    main()
