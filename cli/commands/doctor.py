"""`stemify doctor`: what works on this machine, and what to do about the rest."""

from collections.abc import Callable

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from cli.checks import audio, engine, jail, machine, packages, services
from cli.checks.finding import Finding
from cli.console import OUT, say, show_json
from cli.errors import CommandError
from cli.server_options import Json

app = typer.Typer()

_CHECKS: tuple[Callable[[], list[Finding]], ...] = (
    machine.python,
    packages.packages,
    engine.device,
    audio.audio,
    jail.jail,
    services.redis,
    engine.weights,
    machine.disk,
    machine.port,
    packages.yt_dlp,
)
_COLORS = {"ok": "green", "note": "yellow", "broken": "bold red"}


@app.command(epilog="Example: stemify doctor --json")
def doctor(json: Json = False) -> None:
    """Say what works on this machine and what to do about the rest; exit code 0 when the main job works."""
    findings = [finding for check in _CHECKS for finding in check()]
    if json:
        show_json([vars(finding) for finding in findings])
    else:
        _tell(findings)
    broken = [finding.subject for finding in findings if finding.verdict == "broken"]
    if broken:
        raise CommandError(f"Separating does not work here yet: see {', '.join(broken)} above.")
    say("Separating works on this machine; `stemify demo` shows it.")


def _tell(findings: list[Finding]) -> None:
    table = Table(box=SIMPLE_HEAD, show_header=False, pad_edge=False)
    for finding in findings:
        said = Text(finding.detail)
        if finding.advice:
            said.append(f"\n{finding.advice}", style="bold")
        table.add_row(Text(finding.verdict, style=_COLORS[finding.verdict]), finding.subject, said)
    OUT.print(table)
