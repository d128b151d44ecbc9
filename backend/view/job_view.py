"""A stored job turned into what the outside sees. Pure; knows no store and no request."""

from datetime import datetime, timedelta

from backend.addresses import archive_path, job_path, peaks_path, stem_path
from backend.schemas import AttemptBody, ErrorBody, JobBody, LinksBody, OptionsBody, SourceBody, StemBody
from backend.view.snapshots import Snapshot
from contract.jobs import Job, JobStatus
from contract.recordings import ModelUsed, Source, Stem
from contract.secrets_mask import masked_link

_AS_STORED = (
    *("job_id", "status", "stage", "progress", "message", "version", "created_at", "started_at"),
    *("completed_at", "expires_at", "attempt", "device", "seed", "quality", "timings", "metadata"),
)


def job_body(snapshot: Snapshot) -> JobBody:
    """The job's public shape."""
    job = snapshot.job
    return JobBody(
        **{name: getattr(job, name) for name in _AS_STORED},
        queue_position=snapshot.queue_position,
        eta_seconds=snapshot.eta_seconds,
        estimated_completion=_estimated_completion(snapshot),
        attempts=[AttemptBody.model_validate(attempt.model_dump()) for attempt in job.attempts],
        source=_source_body(job.source),
        options=OptionsBody.model_validate(job.options.model_dump()),
        model=job.model or ModelUsed(name=job.options.model),
        stems=[stem_body(job.job_id, stem) for stem in job.stems],
        download_url=archive_path(job.job_id) if job.status is JobStatus.completed else None,
        links=_links(job),
        warnings=list(job.warnings),
        error=ErrorBody.model_validate(job.error.model_dump()) if job.error else None,
    )


def stem_body(job_id: str, stem: Stem) -> StemBody:
    """A stem's public shape: addresses instead of storage keys."""
    facts = stem.model_dump(exclude={"blob", "peaks_blob"})
    return StemBody(**facts, url=stem_path(job_id, stem.name), peaks_url=peaks_path(job_id, stem.name))


def _source_body(source: Source) -> SourceBody:
    """The caller knows the whole link; whoever else may see the job sees no secret in it."""
    url = None if source.url is None else masked_link(source.url)
    return SourceBody.model_validate(source.model_dump() | {"url": url})


def _links(job: Job) -> LinksBody:
    here = job_path(job.job_id)
    return LinksBody(
        self=here,
        cancel=f"{here}/cancel",
        events=f"{here}/events",
        archive=archive_path(job.job_id),
        manifest=f"{here}/manifest",
    )


def _estimated_completion(snapshot: Snapshot) -> datetime | None:
    if snapshot.eta_seconds is None:
        return snapshot.job.completed_at
    return snapshot.read_at + timedelta(seconds=snapshot.eta_seconds)
