"""What is published on a job's channel with each change: one JSON text. Knows the shape, not the sockets."""

from datetime import datetime

from contract.events import Event, Stage, StemFinished
from contract.jobs import Job, JobError, JobStatus
from contract.recordings import Stem, Value


class Announcement(Value):
    """One change of a job, as its watchers hear of it.

    `type` is the event's; `version` the job's after it. The newest announcement carries the whole state of progress,
    so a missed one costs nothing but lateness. `stem` is set by `stem_finished` alone.
    """

    job_id: str
    type: str
    version: int
    status: JobStatus
    stage: Stage | None = None
    progress: int = 0
    message: str = ""
    eta_seconds: float | None = None
    cancel_requested: bool = False
    stem: Stem | None = None
    error: JobError | None = None
    at: datetime


def announce(job: Job, event: Event) -> Announcement:
    """What to publish about `job`, which `event` has just been applied to."""
    return Announcement(
        job_id=job.job_id,
        type=event.type,
        version=job.version,
        status=job.status,
        stage=job.stage,
        progress=job.progress,
        message=job.message,
        eta_seconds=job.eta_seconds,
        cancel_requested=job.cancel_requested,
        stem=event.stem if isinstance(event, StemFinished) else None,
        error=job.error,
        at=event.at,
    )


def parse(text: bytes | str) -> Announcement:
    """The announcement in a published text. Raises ValueError when it is none."""
    return Announcement.model_validate_json(text)
