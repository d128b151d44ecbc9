"""The one table from exceptions to a failed job's code, whether trying again may help, and whether to start afresh."""

import errno
from dataclasses import dataclass

from contract import errors
from contract.errors import RETRYABLE_FAILURES, FailureCode
from contract.storage import BlobNotFound
from media.errors import EncodingFailed, JailBroken, MediaTooLong, MediaTooShort, UnsupportedMedia
from media.jail import ZygoteLost
from media.sources.errors import (
    LinkRefused,
    SourceBlocked,
    SourceError,
    SourcePrivate,
    SourceTooLarge,
    SourceUnavailable,
)
from worker import engine

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class SourceChanged(Exception):
    """The recording in storage is not the one that was sent."""


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed.

    `ends_process`: the device or memory may be damaged, a new process is needed; `lasting`: it would again.
    """

    code: FailureCode
    detail: str
    ends_process: bool = False
    lasting: bool = False

    @property
    def retryable(self) -> bool:
        """Whether another attempt may do better."""
        return self.code in RETRYABLE_FAILURES and not self.lasting


@dataclass(frozen=True)
class _Row:
    """What an exception means. Without a `sentence` its own text is shown, which is then meant for people."""

    kind: type[Exception]
    code: FailureCode
    sentence: str | None = None
    ends_process: bool = False


_INTERNAL = "Something went wrong inside the service; the operator's log says what."
_TOO_BUSY = "The worker was too busy to read the recording."
_NO_READER = "The process that reads recordings was lost on this worker."
_NO_MEMORY = "There was not enough memory for this job."
_TABLE = (
    _Row(UnsupportedMedia, FailureCode.undecodable_audio),
    _Row(ZygoteLost, FailureCode.internal, _NO_READER),
    _Row(MediaTooShort, FailureCode.undecodable_audio),
    _Row(MediaTooLong, FailureCode.audio_too_long),
    _Row(engine.OutOfMemory, FailureCode.out_of_memory, _NO_MEMORY, True),
    _Row(MemoryError, FailureCode.out_of_memory, _NO_MEMORY, True),
    _Row(engine.DeviceFailed, FailureCode.internal, "The device failed while it did this job.", True),
    _Row(engine.DeviceUnavailable, FailureCode.internal, "The device this worker should use does not work.", True),
    _Row(engine.WeightsCorrupt, FailureCode.weights_corrupt, "The model's weights on this service are damaged."),
    _Row(engine.ModelUnavailable, FailureCode.model_unavailable),
    _Row(engine.UnknownModel, FailureCode.model_unavailable, "The worker does not know this model."),
    _Row(engine.CatalogInvalid, FailureCode.model_unavailable, "The worker's catalog of models cannot be read."),
    _Row(engine.InvalidOptions, FailureCode.model_unavailable),
    _Row(engine.OutputInvalid, FailureCode.output_invalid),
    _Row(engine.MixChanged, FailureCode.undecodable_audio),
    _Row(BlobNotFound, FailureCode.source_unavailable, "The recording is no longer in storage."),
    _Row(SourceChanged, FailureCode.source_unavailable),
    _Row(LinkRefused, FailureCode.source_blocked),
    _Row(SourceBlocked, FailureCode.source_blocked),
    _Row(SourcePrivate, FailureCode.source_private),
    _Row(SourceTooLarge, FailureCode.audio_too_long),
    _Row(SourceUnavailable, FailureCode.source_unavailable),
    _Row(errors.InsufficientStorage, FailureCode.storage_full),
    _Row(errors.StorageUnavailable, FailureCode.storage_unavailable),
)


def failure_of(error: Exception) -> Failure:
    """What this exception means for the job."""
    number = error.errno if isinstance(error, OSError | EncodingFailed) else None
    if number in _FULL:
        return Failure(FailureCode.storage_full, "There was no room left on the worker's disk.")
    if isinstance(error, JailBroken) and error.is_for_want_of_time:
        return Failure(FailureCode.internal, _TOO_BUSY)
    for row in _TABLE:
        if isinstance(error, row.kind):
            lasting = isinstance(error, SourceError) and error.lasting
            return Failure(row.code, row.sentence or str(error), row.ends_process, lasting)
    return Failure(FailureCode.internal, _INTERNAL)
