"""`stemify separate`: the engine alone on this machine, no server."""

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import job_options as job
from cli.bars import job_bar
from cli.console import OUT, say, show_json
from cli.downloads import song_folder
from cli.errors import CommandError, JobFailed, WrongUse
from cli.local_engine import load_model
from cli.local_engine import separate as separate_one
from contract.options import JobRequest

app = typer.Typer()


@app.command(epilog="Example: stemify separate song.mp3 other.flac -o stems/ --two-stems vocals --format flac")
@job.with_job_options
def separate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recordings to separate.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where SONG/STEM.wav go.")] = Path(
        "stems"
    ),
    *,
    request: JobRequest,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 ...")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="Tell the results as JSON on stdout.")] = False,
) -> None:
    """Separate recordings on this machine, without a server. A bad file does not stop the others."""
    separator = load_model(request.model, device=device, precision=precision, shown=not json)
    folders = _folders(files, output)
    results = [_result(path, folders[at], request, separator, json) for at, path in enumerate(files)]
    if json:
        show_json(results)
    failed = sum("error" in result for result in results)
    if failed:
        raise JobFailed(
            f"{failed} of {len(results)} files could not be separated." if len(results) > 1 else "No stems."
        )


def _folders(files: list[Path], output: Path) -> list[Path]:
    """A folder for each file; files of one name get numbers."""
    taken: list[Path] = []
    for path in files:
        folder = song_folder(output, path.name, otherwise="recording")
        same = sum(other == folder or other.name.startswith(f"{folder.name} (") for other in taken)
        taken.append(folder.with_name(f"{folder.name} ({same + 1})") if folder in taken else folder)
    return taken


def _result(path: Path, folder: Path, request: JobRequest, separator: Any, quiet: bool) -> dict[str, Any]:
    try:
        with job_bar(path.name, shown=not quiet) as bar:
            made = separate_one(path, folder, request, separator=separator, bar=bar)
            bar.at(100.0, "done")
    except WrongUse:
        raise  # it would be wrong for every file
    except CommandError as failed:
        say(f"{path}: {failed}")
        return {"file": str(path), "error": str(failed)}
    if not quiet:
        _tell(made)
    return {"file": str(path), "model": separator.name, **_facts(made)}


def _tell(made: Any) -> None:
    for code, detail in made.warnings:
        say(f"Note ({code}): {detail}")
    for stem in made.stems:
        OUT.print(f"{stem.path}  {stem.frames / stem.sample_rate:.1f} s  peak {_dbfs(stem.peak)} dBFS")
    say(f"{made.realtime_factor:.1f} x realtime on {made.device}.")


def _facts(made: Any) -> dict[str, Any]:
    told = ("name", "format", "codec", "bytes", "sha256", "frames", "sample_rate", "channels", "peak", "rms")
    stems = [{name: getattr(stem, name) for name in told} | {"path": str(stem.path)} for stem in made.stems]
    facts = ("source_frames", "gain", "residual_db", "device", "precision", "seed", "timings", "realtime_factor")
    return {"stems": stems, **{name: getattr(made, name) for name in facts}, "warnings": list(made.warnings)}


def _dbfs(level: float) -> str:
    return f"{20 * math.log10(level):.1f}" if level > 0 else "-inf"
