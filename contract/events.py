"""The events in a job's life, past tense. The vocabulary of the record, the socket and the screen."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contract.errors import FailureCode
from contract.recordings import ModelUsed, Quality, Source, Stem, Value, Warned

Stage = Literal["fetching", "decoding", "separating", "encoding", "storing"]


class JobAccepted(Value):
    """The job was validated, its recording stored, and it waits in the queue."""

    type: Literal["accepted"] = "accepted"
    at: datetime


class JobClaimed(Value):
    """A worker took the job under a lease."""

    type: Literal["claimed"] = "claimed"
    at: datetime
    worker: str


class JobProgressed(Value):
    """The running attempt got further. `progress` is 0 to 100 over the whole job."""

    type: Literal["progressed"] = "progressed"
    at: datetime
    stage: Stage
    progress: int = Field(ge=0, le=100)
    message: str = ""
    eta_seconds: float | None = None
    source: Source | None = None
    warnings: tuple[Warned, ...] = ()


class StemFinished(Value):
    """One stem is stored whole."""

    type: Literal["stem_finished"] = "stem_finished"
    at: datetime
    stem: Stem


class CancelRequested(Value):
    """Somebody wants a running job stopped."""

    type: Literal["cancel_requested"] = "cancel_requested"
    at: datetime


class JobRequeued(Value):
    """The attempt was lost (its lease lapsed, or it failed in a way worth another try); the job waits again."""

    type: Literal["requeued"] = "requeued"
    at: datetime
    reason: str


class JobReleased(Value):
    """The worker is going away in good order and hands the job back; the attempt does not count."""

    type: Literal["released"] = "released"
    at: datetime


class JobCompleted(Value):
    """Every stem is stored and checked."""

    type: Literal["completed"] = "completed"
    at: datetime
    stems: tuple[Stem, ...]
    manifest_blob: str
    source: Source
    model: ModelUsed
    device: str
    seed: int
    gain: float = 1.0
    quality: Quality
    warnings: tuple[Warned, ...] = ()
    timings: dict[str, float] = {}
    expires_at: datetime | None = None


class JobFailed(Value):
    """The job cannot be done; `code` says why. `reason`: of the last attempt, where `detail` tells of all."""

    type: Literal["failed"] = "failed"
    at: datetime
    code: FailureCode
    detail: str
    reason: str = ""
    retryable: bool = False
    expires_at: datetime | None = None


class JobCanceled(Value):
    """The job was stopped because somebody asked for it."""

    type: Literal["canceled"] = "canceled"
    at: datetime
    expires_at: datetime | None = None


Event = Annotated[
    JobAccepted
    | JobClaimed
    | JobProgressed
    | StemFinished
    | CancelRequested
    | JobRequeued
    | JobReleased
    | JobCompleted
    | JobFailed
    | JobCanceled,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
