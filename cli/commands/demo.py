"""`stemify demo`: the whole real stack does the main job once with a bundled song, and the result is measured."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from cli import ports
from cli.bars import bytes_bar, job_bar
from cli.commands.submit import completed, send
from cli.console import say, show_json, show_table
from cli.data_folder import DataFolder
from cli.downloads import download_stems
from cli.errors import JobFailed
from cli.follow import follow
from cli.scores import Score, score
from cli.server import JobView, Server
from cli.server_options import Json
from cli.settings import shared_settings
from cli.stack import StackOptions, run_stack
from contract.catalog import DEMO_MODEL

app = typer.Typer()

LEAST_SDR_DB = 3.0
_SONG = "mix.flac"
_LITTLE_ROOM = str(64 * 2**20)


@app.command(epilog="Example: stemify demo -o demo-output")
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the stems go.")] = Path(
        "demo-output"
    ),
    server: Annotated[
        str | None, typer.Option("--server", "-s", metavar="URL", help="Use this server instead of starting one.")
    ] = None,
    json: Json = False,
) -> None:
    """Start everything, separate a bundled song through the public API, measure the stems, and stop everything."""
    with as_file(files("cli") / "demo") as songs:
        if server is not None:
            _show_main_job(server, songs, output, json=json, stop=Event())
        else:
            _in_own_stack(songs, output, json=json)


def _in_own_stack(songs: Path, output: Path, *, json: bool) -> None:
    shared_settings()  # what cannot work is said before anything is started
    with (
        tempfile.TemporaryDirectory(prefix="stemify-demo-", ignore_cleanup_errors=True) as place,
        DataFolder(Path(place)) as folder,
    ):
        environment = (
            ("STEMIFY_STORAGE__URL", f"file:{folder.blobs}"),
            ("STEMIFY_STORAGE__FREE_BYTES_FLOOR", _LITTLE_ROOM),
            ("STEMIFY_SCRATCH_FOLDER", str(folder.scratch)),
            ("STEMIFY_MODELS__DEFAULT", DEMO_MODEL),
        )
        options = StackOptions(port=ports.find_free(), embedded=True, environment=environment)
        say("Starting the server, the API and a worker ...")
        asyncio.run(run_stack(options, folder, say=say, then=_in_thread(options.url, songs, output, json)))


def _in_thread(url: str, songs: Path, output: Path, json: bool) -> Callable[[], "asyncio.Future[None]"]:
    """The demo as something the stack awaits; when that is canceled, it ends by itself soon after."""

    async def run() -> None:
        stop = Event()
        try:
            await asyncio.to_thread(_show_main_job, url, songs, output, json=json, stop=stop)
        finally:
            stop.set()

    return lambda: asyncio.ensure_future(run())


def _show_main_job(url: str, songs: Path, output: Path, *, json: bool, stop: Event) -> None:
    say(f"Ready: {url}")
    with Server(url) as api:
        job = _separated(api, songs / _SONG, stop)
        total = sum(stem["bytes"] for stem in job["stems"])
        with bytes_bar("Downloading", total) as bar:
            paths = download_stems(api, job, output, advance=bar.advance)
        gain = float(api.manifest(job["job_id"]).get("gain") or 1.0)
    scores = [score(path.stem, path, songs / f"{path.stem}.flac", gain=gain) for path in paths]
    _tell(job, scores, paths, json=json)
    _judge(scores)


def _separated(api: Server, song: Path, stop: Event) -> JobView:
    made = send(api, str(song), {"model": DEMO_MODEL}, shown=True)
    news: JobView = {}
    with job_bar("Separating") as bar:
        for news in follow(api, made["job_id"], stop=stop):
            bar.show(news)
    return completed(news)


def _tell(job: JobView, scores: list[Score], paths: list[Path], *, json: bool) -> None:
    speed = job.get("timings", {}).get("realtime_factor")
    if json:
        measured = [asdict(found) | {"peak_dbfs": found.peak_dbfs} for found in scores]
        show_json({"job": job, "stems": measured, "files": [str(path) for path in paths], "realtime_factor": speed})
        return
    rows = [
        (
            found.stem,
            f"{found.seconds:.2f}",
            f"{found.peak_dbfs:.1f}",
            f"{found.sdr_db:.1f}",
            f"{speed:.1f}" if speed else "-",
        )
        for found in scores
    ]
    show_table("", ("stem", "seconds ", "peak dBFS ", "SDR dB ", "x realtime "), rows)
    say(f"The stems are in {paths[0].parent}." if paths else "There are no stems.")


def _judge(scores: list[Score]) -> None:
    """Raises JobFailed when a stem is missing, has another form than the song, or is not the right one."""
    if len(scores) < 4:
        raise JobFailed(f"Only {len(scores)} stems came out.")
    for found in scores:
        if found.difference:
            raise JobFailed(f"The stem {found.stem} has another form than the song: {found.difference}.")
        if found.sdr_db < LEAST_SDR_DB:
            raise JobFailed(
                f"The stem {found.stem} reached {found.sdr_db:.1f} dB, below the {LEAST_SDR_DB:g} dB wanted."
            )
    say(f"Every stem is the right one: above {LEAST_SDR_DB:g} dB, and as long as the song to the frame.")
