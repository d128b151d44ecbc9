"""What of a job may be downloaded, and as what answer: from a local folder, or by a link to a bucket. Blocks."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from fastapi.responses import RedirectResponse
from starlette.responses import Response

from backend.assembly import Parts
from backend.serving.file_answer import FileAnswer
from backend.serving.filenames import attachment, stem_filename
from backend.serving.stream_answer import StreamAnswer
from contract.errors import JobExpired, StemNotFound, StemNotReady
from contract.jobs import Job, JobStatus
from contract.recordings import Stem
from media.formats import OutputFormat

_CACHING = {"Cache-Control": "private, no-cache"}


def check_available(job: Job) -> None:
    """Raises StemNotReady before the end, StemNotFound for a job that made none, JobExpired after the files' time."""
    if not job.is_terminal:
        raise StemNotReady
    if job.status is not JobStatus.completed:
        raise StemNotFound(f"The job was {job.status}; it has no stems.")
    if job.expires_at is not None and job.expires_at <= datetime.now(UTC):
        raise JobExpired


def find_stem(job: Job, name: str) -> Stem:
    """A completed job's stem. Raises what `check_available` raises, and StemNotFound naming those there are."""
    check_available(job)
    for stem in job.stems:
        if stem.name == name:
            return stem
    raise StemNotFound(f"The job has no stem {name[:40]!r}; it has {', '.join(stem.name for stem in job.stems)}.")


def stem_answer(parts: Parts, job: Job, stem: Stem, method: str) -> Response:
    """The stem's audio: sent from here, or a redirect to a presigned link. Raises JobExpired when it is gone.

    A link is signed for GET alone, so HEAD is always answered from here.
    """
    kind = OutputFormat(job.options.format)
    filename = stem_filename(job.source.filename, stem.name, kind.extension)
    link = None
    if method != "HEAD":
        link = parts.storage.link(stem.blob, filename=filename, media_type=kind.media_type)
    if link is not None:
        return RedirectResponse(link, HTTPStatus.TEMPORARY_REDIRECT, _CACHING)
    headers = {"Content-Disposition": attachment(filename), "ETag": f'"{stem.sha256}"'}
    return blob_answer(parts, stem.blob, headers, media_type=kind.media_type)


def blob_answer(
    parts: Parts, key: str, headers: Mapping[str, str], *, media_type: str = "application/json"
) -> Response:
    """A blob's bytes, with ranges: of a folder, or of a bucket that gives no links. Raises JobExpired when gone."""
    path: Path | None = parts.storage.local_path(key)
    if path is not None:
        return FileAnswer(path, media_type=media_type, headers=_CACHING | dict(headers))
    facts = parts.storage.facts(key)
    if facts is None:
        raise JobExpired
    return StreamAnswer(parts.storage, facts, media_type=media_type, headers=_CACHING | dict(headers))
