"""`stemify submit`: a recording or a link to a server, and its stems back."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import job_options as job
from cli.bars import bytes_bar, job_bar
from cli.console import OUT, say, show_json
from cli.downloads import download_stems, song_folder
from cli.errors import JobFailed, WrongUse
from cli.follow import follow
from cli.server import JobView, Server
from cli.server_options import DEFAULT_SERVER, Key, ServerUrl
from contract.options import JobRequest, Priority

app = typer.Typer()

_LINK = re.compile(r"https?://", re.IGNORECASE)


@app.command(epilog="Example: stemify submit song.mp3 --server http://localhost:8000 --wait -o stems/")
@job.with_job_options
def submit(  # noqa: PLR0913 - each is an option
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="A recording, or a link the server fetches.")],
    server: ServerUrl = DEFAULT_SERVER,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the job and download its stems.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where SONG/STEM go; implies --wait. Default: stems."),
    ] = None,
    *,
    request: JobRequest,
    priority: Annotated[Priority | None, typer.Option(help="Among your own waiting jobs. Default: normal.")] = None,
    key: Key = None,
    json: Annotated[bool, typer.Option("--json", help="Tell the job as JSON on stdout.")] = False,
) -> None:
    """Send a recording (or a link) to a server; with --wait, follow the job and download its stems."""
    wishes = job.as_fields(request) | ({"priority": priority} if priority else {})
    with Server(server, key=key) as api:
        made = send(api, source, wishes, shown=not json)
        if not (wait or output):
            _tell_submitted(made, server, json=json)
            return
        say(f"Job {made['job_id']}")
        ended = await_end(api, made["job_id"], key=key, shown=not json)
        paths = fetch_stems(api, ended, output or Path("stems"), shown=not json)
    if json:
        show_json(ended | {"files": [str(path) for path in paths]})
    for path in paths if not json else []:
        OUT.print(str(path))


def send(api: Server, source: str, options: dict[str, Any], *, shown: bool) -> JobView:
    """Upload the file, or tell the link. Raises WrongUse when there is no such file."""
    if _LINK.match(source):
        return api.submit_link(source, options)
    path = Path(source).expanduser()
    if not path.is_file():
        raise WrongUse(f"There is no file {path}; name a recording, or a link that begins with https://.")
    with bytes_bar(f"Uploading {path.name}", path.stat().st_size, shown=shown) as bar:
        return api.submit_file(path, options, report=bar.at)


def await_end(api: Server, job_id: str, *, key: str | None, shown: bool) -> JobView:
    """Follow a job under a bar; the completed job. Raises JobFailed when it ended otherwise."""
    news: JobView = {}
    with job_bar("Separating", shown=shown) as bar:
        for news in follow(api, job_id, key=key):
            bar.show(news)
    return completed(news)


def completed(job_view: JobView) -> JobView:
    """The job, if it completed. Raises JobFailed with its reason otherwise."""
    if job_view.get("status") == "completed":
        return job_view
    error = job_view.get("error") or {}
    reason = f"{error.get('detail')} ({error.get('code')})" if error else f"it was {job_view.get('status')}"
    raise JobFailed(f"Job {job_view.get('job_id')} gave no stems: {reason}.")


def fetch_stems(api: Server, ended: JobView, root: Path, *, shown: bool) -> list[Path]:
    """Download every stem of a completed job into a folder named for its song."""
    folder = song_folder(root, str(ended["source"].get("filename") or ""), otherwise=str(ended["job_id"]))
    total = sum(stem["bytes"] for stem in ended["stems"])
    with bytes_bar("Downloading", total, shown=shown) as bar:
        return download_stems(api, ended, folder, advance=bar.advance)


def _tell_submitted(made: JobView, server: str, *, json: bool) -> None:
    if json:
        show_json(made)
        return
    OUT.print(made["job_id"])
    say(f"Follow it with: stemify jobs show {made['job_id']} --server {server}")
