"""`stemify jobs`: the jobs of a server: list, show, download, cancel, delete."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.submit import completed, fetch_stems
from cli.console import OUT, say, show_json, show_table
from cli.server import JobView, Server
from cli.server_options import DEFAULT_SERVER, Json, Key, ServerUrl

EXAMPLE = "Example: stemify jobs --status processing; stemify jobs cancel JOB_ID"

JobId = Annotated[str, typer.Argument(metavar="JOB_ID", help="The job, as `submit` and `jobs` name it.")]

app = typer.Typer(help="List a server's jobs, or act on one.", epilog=EXAMPLE, invoke_without_command=True)


@app.callback()
def jobs(
    context: typer.Context,
    server: ServerUrl = DEFAULT_SERVER,
    key: Key = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 20,
    status: Annotated[
        str | None, typer.Option(help="Only those queued, processing, completed, failed or canceled.")
    ] = None,
    json: Json = False,
) -> None:
    """List your jobs, newest first."""
    if context.invoked_subcommand is not None:
        return
    with Server(server, key=key) as api:
        found = api.jobs(limit=limit, status=status)
    if json:
        show_json(found)
    elif not found:
        say("No jobs.")
    else:
        show_table("", ("job", "status", "done ", "model", "song"), [_row(job) for job in found])


@app.command(epilog="Example: stemify jobs show JOB_ID --json")
def show(job_id: JobId, server: ServerUrl = DEFAULT_SERVER, key: Key = None, json: Json = False) -> None:
    """Show one job."""
    with Server(server, key=key) as api:
        job = api.job(job_id)
    if json:
        show_json(job)
    else:
        show_table("", ("", ""), _details(job))


@app.command(epilog="Example: stemify jobs download JOB_ID -o stems/")
def download(
    job_id: JobId,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where SONG/STEM go.")] = Path("stems"),
    server: ServerUrl = DEFAULT_SERVER,
    key: Key = None,
) -> None:
    """Download the stems of a completed job."""
    with Server(server, key=key) as api:
        paths = fetch_stems(api, completed(api.job(job_id)), output, shown=True)
    for path in paths:
        OUT.print(str(path))


@app.command(epilog="Example: stemify jobs cancel JOB_ID")
def cancel(job_id: JobId, server: ServerUrl = DEFAULT_SERVER, key: Key = None, json: Json = False) -> None:
    """Stop a job that waits or runs."""
    with Server(server, key=key) as api:
        job = api.cancel(job_id)
    if json:
        show_json(job)
    else:
        say(f"Job {job_id} is {'being canceled' if job['status'] == 'processing' else job['status']}.")


@app.command(epilog="Example: stemify jobs delete JOB_ID")
def delete(job_id: JobId, server: ServerUrl = DEFAULT_SERVER, key: Key = None) -> None:
    """Remove a job with its recording and its stems."""
    with Server(server, key=key) as api:
        api.delete(job_id)
    say(f"Job {job_id} is deleted.")


def _row(job: JobView) -> tuple[str, ...]:
    model = job.get("model") or {}
    return job["job_id"], job["status"], f"{job.get('progress', 0)}%", str(model.get("name", "")), _song(job)


def _details(job: JobView) -> list[tuple[str, ...]]:
    plain = (
        *("job_id", "status", "stage", "progress", "message", "queue_position", "eta_seconds", "attempt", "device"),
        *("created_at", "started_at", "completed_at", "expires_at"),
    )
    rows: list[tuple[str, ...]] = [(name, str(job[name])) for name in plain if job.get(name) not in (None, "")]
    rows += [("song", song)] if (song := _song(job)) else []
    rows += [(f"stem {stem['name']}", f"{stem['duration_seconds']:.1f} s, {stem['url']}") for stem in job["stems"]]
    rows += [(f"warning {warned['code']}", warned["detail"]) for warned in job.get("warnings") or []]
    if error := job.get("error"):
        rows.append((f"error {error['code']}", error["detail"]))
    return rows


def _song(job: JobView) -> str:
    source = job.get("source") or {}
    return str(source.get("filename") or source.get("url") or "")
