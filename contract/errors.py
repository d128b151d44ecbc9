"""Every error a person or program may meet, in families by who has to act. No class here knows HTTP."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar


class StemifyError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        super().__init__(self.detail)


class CallerError(StemifyError):
    """The request cannot be served as it is; the caller has to change it."""

    code = "bad_request"


class OperatorError(StemifyError):
    """The service cannot do this right now; trying again later may work."""

    code = "unavailable"
    retry_after_seconds: ClassVar[int] = 10

    def __init__(self, detail: str | None = None, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after_seconds or self.retry_after_seconds


class UnsupportedMedia(CallerError):
    """The recording is not audio that can be decoded."""

    code = "unsupported_media"


class AudioTooShort(CallerError):
    """The recording is too short to separate."""

    code = "audio_too_short"


class AudioTooLong(CallerError):
    """The recording is longer than this service allows."""

    code = "audio_too_long"


class UrlNotAllowed(CallerError):
    """This address cannot be fetched by this service."""

    code = "url_not_allowed"


class UploadTooLarge(CallerError):
    """The upload is larger than this service allows."""

    code = "upload_too_large"


class FieldProblem(CallerError):
    """Some options are not valid."""

    code = "invalid_options"

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        """`problems`: pairs of a JSON pointer into the request and a sentence for a person."""
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{pointer.lstrip('/')}: {sentence}" for pointer, sentence in self.problems))


class UnknownModel(CallerError):
    """No model of this name is offered here."""

    code = "unknown_model"


class Unauthenticated(CallerError):
    """A valid key is needed for this request."""

    code = "unauthenticated"


class Forbidden(CallerError):
    """This key may not do that."""

    code = "forbidden"


class JobNotFound(CallerError):
    """There is no such job."""

    code = "job_not_found"


class StemNotReady(CallerError):
    """The job has not finished, so there is nothing to download yet."""

    code = "stem_not_ready"


class StemNotFound(CallerError):
    """The job has no stem of this name."""

    code = "stem_not_found"


class MixNotFound(CallerError):
    """The job has no such mix; make it again."""

    code = "mix_not_found"


class JobExpired(CallerError):
    """The job's files were kept for their time and are gone."""

    code = "job_expired"


class IdempotencyMismatch(CallerError):
    """This Idempotency-Key was used before with another request."""

    code = "idempotency_mismatch"


class IdempotencyInProgress(CallerError):
    """A request with this Idempotency-Key is still being answered."""

    code = "idempotency_in_progress"


class RateLimited(OperatorError):
    """Too many requests from this address; please wait."""

    code = "rate_limited"
    retry_after_seconds = 60


class QueueFull(OperatorError):
    """The queue is full; please try again later."""

    code = "queue_full"
    retry_after_seconds = 60


class NoWorker(OperatorError):
    """No worker is running that could do this job."""

    code = "no_worker"
    retry_after_seconds = 30


class InsufficientStorage(OperatorError):
    """There is not enough room left to keep this job's files."""

    code = "insufficient_storage"
    retry_after_seconds = 60


class StorageUnavailable(OperatorError):
    """The storage for recordings and stems cannot be reached."""

    code = "storage_unavailable"


class StoreUnavailable(OperatorError):
    """The job store cannot be reached."""


class JobUnreadable(StoreUnavailable):
    """The job's record was written by another release of this service, or is damaged."""

    code = "record_unreadable"


class InvalidTransition(StemifyError):
    """This event cannot happen to a job in this state."""

    code = "invalid_transition"


class LeaseLost(StemifyError):
    """Another attempt holds this job now; this one may not change it."""

    code = "lease_lost"


class FailureCode(StrEnum):
    """Why a job failed: the closed list a job's `error.code` is taken from."""

    undecodable_audio = "undecodable_audio"
    audio_too_long = "audio_too_long"
    source_unavailable = "source_unavailable"
    source_blocked = "source_blocked"
    source_private = "source_private"
    model_unavailable = "model_unavailable"
    weights_corrupt = "weights_corrupt"
    out_of_memory = "out_of_memory"
    timed_out = "timed_out"
    worker_lost = "worker_lost"
    storage_full = "storage_full"
    storage_unavailable = "storage_unavailable"
    output_invalid = "output_invalid"
    internal = "internal"


RETRYABLE_FAILURES = frozenset(
    {
        FailureCode.source_unavailable,
        FailureCode.model_unavailable,
        FailureCode.out_of_memory,
        FailureCode.timed_out,
        FailureCode.worker_lost,
        FailureCode.storage_full,
        FailureCode.storage_unavailable,
        FailureCode.internal,
    }
)
"""Failures that may not happen again when the same request is sent once more."""
