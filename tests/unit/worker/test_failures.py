"""The table from exceptions to failure codes."""

import errno

import pytest

from contract.errors import FailureCode, InsufficientStorage, StorageUnavailable
from contract.storage import BlobNotFound
from media.errors import EncodingFailed, JailBroken, MediaTooLong, MediaTooShort, UnsupportedMedia
from media.jail import ZygoteLost
from media.sources.errors import LinkRefused, SourceBlocked, SourcePrivate, SourceTooLarge, SourceUnavailable
from worker import engine
from worker.failures import SourceChanged, failure_of


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (UnsupportedMedia("plain text"), FailureCode.undecodable_audio, False),
        (JailBroken("SIGSEGV", cpu_seconds=0.1), FailureCode.undecodable_audio, False),
        (JailBroken("wall time", cpu_seconds=9.0), FailureCode.undecodable_audio, False),
        (JailBroken("wall time", cpu_seconds=0.1), FailureCode.internal, True),
        (ZygoteLost(), FailureCode.internal, True),
        (MediaTooShort(), FailureCode.undecodable_audio, False),
        (MediaTooLong(600), FailureCode.audio_too_long, False),
        (engine.OutOfMemory(), FailureCode.out_of_memory, True),
        (MemoryError(), FailureCode.out_of_memory, True),
        (engine.DeviceFailed(), FailureCode.internal, True),
        (engine.WeightsCorrupt(), FailureCode.weights_corrupt, False),
        (engine.ModelUnavailable(), FailureCode.model_unavailable, True),
        (engine.OutputInvalid(), FailureCode.output_invalid, False),
        (BlobNotFound(), FailureCode.source_unavailable, True),
        (SourceChanged("It is another."), FailureCode.source_unavailable, True),
        (LinkRefused("Inside."), FailureCode.source_blocked, False),
        (SourceBlocked("No."), FailureCode.source_blocked, False),
        (SourcePrivate("Sign in."), FailureCode.source_private, False),
        (SourceUnavailable("Down."), FailureCode.source_unavailable, True),
        (SourceUnavailable("Gone.", lasting=True), FailureCode.source_unavailable, False),
        (SourceTooLarge(10), FailureCode.audio_too_long, False),
        (InsufficientStorage(), FailureCode.storage_full, True),
        (StorageUnavailable(), FailureCode.storage_unavailable, True),
        (OSError(errno.ENOSPC, "full"), FailureCode.storage_full, True),
        (EncodingFailed("full", errno.ENOSPC), FailureCode.storage_full, True),
        (ZeroDivisionError("/srv/secret/path"), FailureCode.internal, True),
    ],
)
def test_each_exception_has_its_code(error, code, retryable):
    failure = failure_of(error)
    assert (failure.code, failure.retryable) == (code, retryable)
    assert failure.detail.endswith(".")
    assert "secret" not in failure.detail


@pytest.mark.parametrize("error", [engine.OutOfMemory(), engine.DeviceFailed(), MemoryError()])
def test_a_process_that_may_be_damaged_ends(error):
    assert failure_of(error).ends_process


def test_what_was_found_is_told():
    assert "plain text" in failure_of(UnsupportedMedia("plain text")).detail
