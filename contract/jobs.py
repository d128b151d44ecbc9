"""A job: frozen, and changed only by applying an event, which gives a new job. Knows no store and no queue."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import Field

from contract.errors import FailureCode, InvalidTransition
from contract.events import (
    CancelRequested,
    Event,
    JobAccepted,
    JobCanceled,
    JobClaimed,
    JobCompleted,
    JobFailed,
    JobProgressed,
    JobReleased,
    JobRequeued,
    Stage,
    StemFinished,
)
from contract.options import JobOptions
from contract.recordings import ModelUsed, Quality, Source, Stem, Value, Warned


class JobStatus(StrEnum):
    """Where a job stands; see ACTIVE and TERMINAL for the sets that matter."""

    queued = "queued"
    processing = "processing"
    completed = "completed"
    failed = "failed"
    canceled = "canceled"


ACTIVE = frozenset({JobStatus.queued, JobStatus.processing})
TERMINAL = frozenset(JobStatus) - ACTIVE


class JobError(Value):
    """Why a job failed, for programs (`code`) and people (`detail`)."""

    code: FailureCode
    detail: str
    retryable: bool


class Attempt(Value):
    """One run that did not do the job, kept so that a person can see what happened."""

    number: int
    worker: str | None
    started_at: datetime | None = None
    ended_at: datetime
    reason: str


class Job(Value):
    """One request to separate one recording.

    `version` grows by one with each event; `fence` grows with each claim; `attempt` counts the runs begun.
    `input_blob` is the recording's key in storage (None while a link is still to be fetched).
    """

    job_id: str
    tenant: str = "anonymous"
    share: str = Field(default="", description="Whose turn in the line the job takes; the tenant's when empty.")
    status: JobStatus = JobStatus.queued
    stage: Stage | None = None
    progress: int = 0
    message: str = ""
    version: int = 0
    attempt: int = 0
    fence: int = 0
    worker: str | None = None
    cancel_requested: bool = False
    created_at: datetime
    queued_at: datetime | None = None
    started_at: datetime | None = None
    claimed_at: datetime | None = Field(default=None, description="When the attempt in hand began.")
    completed_at: datetime | None = None
    expires_at: datetime | None = None
    eta_seconds: float | None = None
    source: Source
    input_blob: str | None = None
    options: JobOptions
    model: ModelUsed | None = None
    device: str | None = None
    seed: int | None = None
    gain: float | None = None
    stems: tuple[Stem, ...] = ()
    manifest_blob: str | None = None
    quality: Quality | None = None
    warnings: tuple[Warned, ...] = ()
    error: JobError | None = None
    attempts: tuple[Attempt, ...] = ()
    timings: dict[str, float] = {}
    metadata: dict[str, Any] = {}
    trace: dict[str, str] = Field(default={}, description="Trace headers of the request that made the job.")

    @property
    def is_terminal(self) -> bool:
        """True when the job has ended and will never change again."""
        return self.status in TERMINAL

    def apply(self, event: Event) -> Self:
        """The job after `event`, one version on. Raises InvalidTransition when it cannot happen now."""
        changes = self._changes(event)
        if changes is None:
            raise InvalidTransition(f"{event.type} cannot happen to a {self.status} job")
        return self.model_copy(update=changes | {"version": self.version + 1})

    def _changes(self, event: Event) -> dict[str, Any] | None:  # noqa: PLR0911 - the table of transitions, a row each
        match self.status, event:
            case JobStatus.queued, JobAccepted() if self.version == 0:
                return {"queued_at": event.at}
            case JobStatus.queued | JobStatus.processing, JobClaimed():
                return self._claimed(event)
            case JobStatus.processing, JobProgressed():
                return self._progressed(event)
            case JobStatus.processing, StemFinished():
                others = tuple(stem for stem in self.stems if stem.name != event.stem.name)
                return {"stems": (*others, event.stem)}
            case JobStatus.processing, CancelRequested():
                return {"cancel_requested": True, "message": "Canceling"}
            case JobStatus.processing, JobRequeued() | JobReleased():
                return self._returned(event)
            case JobStatus.processing, JobCompleted():
                return self._completed(event)
            case JobStatus.queued | JobStatus.processing, JobFailed():
                return self._failed(event)
            case JobStatus.queued | JobStatus.processing, JobCanceled():
                return self._ended(JobStatus.canceled, event) | {"stems": (), "message": "Canceled"}
        return None

    def _claimed(self, event: JobClaimed) -> dict[str, Any]:
        lost = () if self.status is JobStatus.queued else (self._attempt(event.at, "lease lapsed"),)
        return {
            "status": JobStatus.processing,
            "stage": None,
            "progress": 0,
            "message": "Starting",
            "fence": self.fence + 1,
            "attempt": self.attempt + 1,
            "worker": event.worker,
            "started_at": self.started_at or event.at,
            "claimed_at": event.at,
            "stems": (),
            "eta_seconds": None,
            "attempts": (*self.attempts, *lost),
        }

    def _progressed(self, event: JobProgressed) -> dict[str, Any]:
        known = set(self.warnings)
        return {
            "stage": event.stage,
            "progress": max(self.progress, event.progress),
            "message": event.message,
            "eta_seconds": event.eta_seconds,
            "source": event.source or self.source,
            "warnings": (*self.warnings, *(warned for warned in event.warnings if warned not in known)),
        }

    def _returned(self, event: JobRequeued | JobReleased) -> dict[str, Any]:
        released = isinstance(event, JobReleased)
        reason = event.reason if isinstance(event, JobRequeued) else "handed back by a worker that was stopping"
        return {
            "status": JobStatus.queued,
            "stage": None,
            "progress": 0,
            "message": "Waiting for another attempt",
            "queued_at": event.at,
            "worker": None,
            "claimed_at": None,
            "stems": (),
            "eta_seconds": None,
            "attempt": self.attempt - 1 if released else self.attempt,
            "attempts": (*self.attempts, self._attempt(event.at, reason)),
        }

    def _completed(self, event: JobCompleted) -> dict[str, Any]:
        taken = (
            "stems",
            "manifest_blob",
            "source",
            "model",
            "device",
            "seed",
            "gain",
            "quality",
            "warnings",
            "timings",
        )
        told = {name: getattr(event, name) for name in taken}
        return self._ended(JobStatus.completed, event) | told | {"progress": 100, "message": "Done"}

    def _failed(self, event: JobFailed) -> dict[str, Any]:
        last = () if self.status is JobStatus.queued else (self._attempt(event.at, event.reason or event.detail),)
        return self._ended(JobStatus.failed, event) | {
            "error": JobError(code=event.code, detail=event.detail, retryable=event.retryable),
            "stems": (),
            "message": event.detail,
            "attempts": (*self.attempts, *last),
        }

    def _ended(self, status: JobStatus, event: JobCompleted | JobFailed | JobCanceled) -> dict[str, Any]:
        return {
            "status": status,
            "stage": None,
            "completed_at": event.at,
            "expires_at": event.expires_at,
            "eta_seconds": None,
        }

    def _attempt(self, ended_at: datetime, reason: str) -> Attempt:
        return Attempt(
            number=self.attempt, worker=self.worker, started_at=self.claimed_at, ended_at=ended_at, reason=reason
        )
