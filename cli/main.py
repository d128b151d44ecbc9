"""The roof of `stemify`: which commands there are, and how each ending becomes an exit code and one sentence."""

import os
import sys

import click
import typer

from cli.commands import up
from cli.console import say
from cli.errors import INTERRUPTED, CommandError

app = typer.Typer(
    name="stemify",
    help="Separate music into its stems: on this machine, or with a Stemify server.",
    epilog="Example: stemify separate song.mp3 -o stems/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog=up.EXAMPLE)(up.up)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 the job failed, 2 wrong use, 3 server not reachable, 130 Ctrl-C."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except CommandError as ended:
        say(str(ended))
        sys.exit(ended.exit_code)
    except click.ClickException as misused:
        misused.show()
        sys.exit(misused.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("Stopped.")
        sys.exit(INTERRUPTED)
    except Exception as unforeseen:
        if os.environ.get("STEMIFY_DEBUG"):
            raise
        say(f"Something unforeseen happened ({type(unforeseen).__name__}: {unforeseen}); STEMIFY_DEBUG=1 shows where.")
        sys.exit(1)


if __name__ == "__main__":
    main()
