"""The options of every command that talks to a server."""

from typing import Annotated

import typer

ServerUrl = Annotated[
    str, typer.Option("--server", "-s", metavar="URL", envvar="STEMIFY_SERVER", help="Address of the server.")
]
Key = Annotated[
    str | None, typer.Option("--key", envvar="STEMIFY_API_KEY", help="API key, where the server wants one.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on stdout.")]
DEFAULT_SERVER = "http://localhost:8000"
