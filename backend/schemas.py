"""What the outside sees of jobs: shapes of answers, apart from how jobs are stored. Storage keys never appear here."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.errors import FailureCode
from contract.events import Stage
from contract.jobs import JobStatus
from contract.options import BitDepth, Clip, Format, Priority
from contract.recordings import ModelUsed, Quality, Warned


class Body(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())


class SourceBody(Body):
    """The recording. Its duration is the header's claim until the audio was decoded."""

    kind: Literal["upload", "url"]
    filename: str = Field(examples=["Song.flac"])
    url: str | None = Field(description="The link; what may be a secret in its query is shown as ***.")
    title: str | None = Field(description="As the site of a link tells it.")
    uploader: str | None = Field(description="Artist or channel, as the site of a link tells it.")
    bytes: int | None = Field(examples=[31_457_280])
    sha256: str | None
    codec: str | None = Field(examples=["flac"])
    duration_seconds: float | None = Field(examples=[215.4])
    sample_rate: int | None = Field(examples=[44_100])
    channels: int | None = Field(examples=[2])
    bit_depth: str | None = Field(examples=["16"], description="16, 24, 32f, or null for lossy codecs.")


class OptionsBody(Body):
    """Every option, resolved."""

    model: str = Field(examples=["htdemucs"])
    stems: list[str] = Field(examples=[["drums", "bass", "other", "vocals"]])
    two_stems: str | None
    format: Format
    bitrate_kbps: int | None
    bit_depth: BitDepth
    sample_rate: Literal["source"] | int
    shifts: int
    overlap: float
    seed: int | None
    clip: Clip
    residual: bool
    priority: Priority


class StemBody(Body):
    """One stem. `url` answers once the job is completed; levels are null for digital silence."""

    name: str = Field(examples=["vocals"])
    url: str
    peaks_url: str
    format: str = Field(examples=["flac"])
    codec: str = Field(examples=["flac"])
    bytes: int
    sha256: str
    duration_seconds: float
    frames: int
    sample_rate: int
    channels: int
    peak_dbfs: float | None = Field(examples=[-0.8])
    rms_dbfs: float | None = Field(examples=[-18.2])


class MixBody(Body):
    """A mix of a job's stems. `url` answers with its audio for as long as the job's files are kept."""

    mix_id: str = Field(examples=["3f1c0d6b8a5e4f7c9d2b1a0f8e7d6c5b"])
    job_id: str
    url: str
    format: Format
    codec: str = Field(examples=["mp3"])
    bytes: int
    sha256: str
    duration_seconds: float
    frames: int
    sample_rate: int
    channels: int
    peak_dbfs: float | None = Field(examples=[-0.8], description="Null for digital silence.")
    applied_gain_db: float = Field(description="Below 0 where the whole mix was turned down to stay in full scale.")
    created_at: datetime
    settings: dict[str, Any] = Field(description="What was asked for, with every default.")


class LinksBody(Body):
    """Where to go from here, as paths on this server."""

    self: str
    cancel: str
    events: str
    archive: str
    manifest: str


class ErrorBody(Body):
    """Why the job failed."""

    code: FailureCode
    detail: str
    retryable: bool = Field(description="Whether sending the same request again may work.")


class AttemptBody(Body):
    """One run that did not do the job, and why it ended."""

    number: int
    worker: str | None
    started_at: datetime | None
    ended_at: datetime
    reason: str = Field(examples=["The process that did it died."])


class JobBody(Body):
    """A job, as it stands."""

    job_id: str = Field(examples=["0b7e4a0c6f0d4e4f9a52c1f3f9a1d7c2"])
    status: JobStatus
    stage: Stage | None = Field(description="What a running job is at.")
    progress: int = Field(ge=0, le=100, description="Percent of the whole job, measured; never falls in an attempt.")
    message: str
    version: int = Field(description="Grows by one with each change.")
    queue_position: int | None = Field(description="Place among the waiting, the next one being 1.")
    eta_seconds: float | None = Field(description="Estimate of the seconds left; null when nothing is known.")
    estimated_completion: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    expires_at: datetime | None = Field(description="When the files are removed.")
    attempt: int = Field(description="Which run this is; above 1 after a worker was lost.")
    attempts: list[AttemptBody] = Field(description="The runs that came to nothing, oldest first.")
    source: SourceBody
    options: OptionsBody
    model: ModelUsed
    device: str | None = Field(examples=["cpu"])
    seed: int | None
    stems: list[StemBody]
    download_url: str | None = Field(description="All stems as one zip, once the job is completed.")
    links: LinksBody
    quality: Quality | None
    warnings: list[Warned]
    error: ErrorBody | None
    timings: dict[str, float] = Field(
        description="Seconds in each stage; realtime_factor; and encoding_meanwhile: seconds of processor that the "
        "encoders used while the networks ran, which are in no stage."
    )
    metadata: dict[str, Any] = Field(description="The caller's own notes, as sent.")


class JobPageBody(Body):
    """A page of jobs, newest first."""

    data: list[JobBody]
    has_more: bool
    next_cursor: str | None


class SpeedBody(Body):
    """Measured on this deployment: seconds of work for each second of audio."""

    device: str = Field(examples=["cpu"])
    work_seconds_per_audio_second: float = Field(examples=[0.62])


class ModelBody(Body):
    """A model on offer."""

    name: str = Field(examples=["htdemucs"])
    stems: list[str]
    licence: str = Field(examples=["MIT"])
    description: str
    is_default: bool
    needs: str | None = Field(description="An extra the operator has to install first.")
    resident: bool = Field(description="Whether some worker has it loaded now.")
    speeds: list[SpeedBody]


class ModelListBody(Body):
    """Every model on offer, and the file formats of stems."""

    data: list[ModelBody]
    default: str
    formats: list[str]


class JobAllowanceBody(Body):
    """New jobs an address may make in a moving hour, and what is left of it."""

    limit: int
    left: int
    reset_seconds: int


class LimitsBody(Body):
    """What this caller may do here."""

    profile: str
    max_upload_bytes: int
    max_duration_seconds: float
    min_duration_seconds: float
    queue_depth: int
    queue_max_depth: int
    files_kept_seconds: int
    files_kept_after_download_seconds: int | None
    records_kept_seconds: int
    links: bool = Field(description="Whether a job may name a link (`url`) instead of a file.")
    link_sites: list[str] = Field(
        examples=[["youtube", "soundcloud"]],
        description="Sites whose pages a link may name now.",
    )
    jobs_per_hour: JobAllowanceBody | None = Field(description="Null when jobs are not limited.")


class DependencyBody(Body):
    """One thing this service stands on."""

    name: str = Field(examples=["redis"])
    ok: bool
    detail: str = Field(examples=["answers"])


class HealthBody(Body):
    """Whether this service can take and do jobs."""

    status: Literal["ok", "unavailable"]
    version: str
    dependencies: list[DependencyBody] = []
