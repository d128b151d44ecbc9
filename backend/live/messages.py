"""What is said of a job on sockets and event streams: names and payloads. Pure; knows no transport."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.addresses import archive_path, stem_path
from backend.view.job_view import stem_body
from backend.view.snapshots import Snapshot
from contract.jobs import Job, JobStatus
from contract.records.announcements import Announcement

Payload = dict[str, Any]


@dataclass(frozen=True)
class Gone:
    """The job was deleted while it was watched."""

    job_id: str
    version: int


News = Announcement | Snapshot | Gone


@dataclass(frozen=True)
class Message:
    """One event for clients."""

    event: str
    payload: Payload


def version_of(news: News) -> int:
    """The job's version this news tells of."""
    return news.job.version if isinstance(news, Snapshot) else news.version


def job_of(news: News) -> str:
    """The id of the job it tells of."""
    return news.job.job_id if isinstance(news, Snapshot) else news.job_id


def newest(batch: Sequence[News]) -> list[News]:
    """What has to be told of all that has gathered: progress that newer news of its job tells as well is left out."""
    last = {job_of(news): place for place, news in enumerate(batch)}
    return [news for place, news in enumerate(batch) if place == last[job_of(news)] or not _is_mere_progress(news)]


def _is_mere_progress(news: News) -> bool:
    return isinstance(news, Announcement) and news.stem is None


def is_last(news: News) -> bool:
    """Whether nothing can follow: the job ended or is gone."""
    return isinstance(news, Gone) or (isinstance(news, Snapshot) and news.job.is_terminal)


def messages(news: News) -> list[Message]:
    """The events that tell this news; after a gap, all that may have been missed."""
    if isinstance(news, Gone):
        return [_error(news.job_id, news.version, code="job_not_found", detail="The job was deleted.")]
    if isinstance(news, Announcement):
        stem = [_stem(news.job_id, news.stem.name, news.version)] if news.stem else []
        return [*stem, _progress(news, None, news.eta_seconds)]
    job = news.job
    if job.is_terminal:
        return [_ending(job)]
    stems = [_stem(job.job_id, stem.name, job.version) for stem in job.stems]
    return [*stems, _progress(job, news.queue_position, news.eta_seconds)]


def _progress(told: Announcement | Job, queue_position: int | None, eta_seconds: float | None) -> Message:
    payload = {name: getattr(told, name) for name in ("job_id", "status", "stage", "progress", "message", "version")}
    return Message("progress", payload | {"queue_position": queue_position, "eta_seconds": eta_seconds})


def _stem(job_id: str, name: str, version: int) -> Message:
    payload = {"job_id": job_id, "stem": name, "url": stem_path(job_id, name), "version": version}
    return Message("stem", payload)


def _ending(job: Job) -> Message:
    if job.status is JobStatus.completed:
        stems = [stem_body(job.job_id, stem).model_dump(mode="json") for stem in job.stems]
        told = {"job_id": job.job_id, "download_url": archive_path(job.job_id), "stems": stems}
        return Message("completed", told | {"version": job.version})
    if job.error is not None:
        return _error(job.job_id, job.version, code=job.error.code, detail=job.error.detail)
    return Message("canceled", {"job_id": job.job_id, "version": job.version})


def _error(job_id: str, version: int, *, code: str, detail: str) -> Message:
    return Message("error", {"job_id": job_id, "code": str(code), "error_message": detail, "version": version})
