"""Looks at a stored recording before its job is made: is it audio, and may it be separated here? Blocks.

A stranger's bytes are decoded in a jail, never in this process.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from backend.intake.uploads import Upload
from contract.errors import AudioTooLong, AudioTooShort, OperatorError, UnsupportedMedia
from contract.recordings import Source, Warned
from contract.settings import LimitSettings
from contract.storage import BlobStore
from media.errors import JailBroken, MediaTooShort
from media.errors import UnsupportedMedia as NotAudio
from media.facts import AudioFacts
from media.jail import Jail, ZygoteLost
from media.jailed_probe import probe_in

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Inspected:
    """A recording that may become a job."""

    source: Source
    warnings: tuple[Warned, ...] = ()


def inspect(storage: BlobStore, key: str, upload: Upload, *, limits: LimitSettings, jail: Jail) -> Inspected:
    """The facts of the recording stored under `key`, by decoding its beginning.

    Raises UnsupportedMedia (naming what was found), AudioTooShort, AudioTooLong when the header says so already
    (what the header hides is found while decoding), StorageUnavailable, OperatorError when nothing can be looked at.
    """
    facts = _facts(storage, key, jail, limits)
    claimed = facts.duration_seconds
    if claimed is not None and claimed > limits.max_duration_seconds:
        raise AudioTooLong(
            f"The recording is {claimed:.0f} s long; this service takes at most {limits.max_duration_seconds:g} s."
        )
    return Inspected(_source(upload, facts), tuple(Warned(code=code, detail=text) for code, text in facts.warnings))


def _facts(storage: BlobStore, key: str, jail: Jail, limits: LimitSettings) -> AudioFacts:
    path = storage.local_path(key)
    if path is not None:
        return _probed(jail, path, limits)
    with tempfile.TemporaryDirectory(prefix="stemify-probe-") as folder:
        copy = Path(folder) / "source"
        storage.fetch(key, copy)
        return _probed(jail, copy, limits)


def _probed(jail: Jail, path: Path, limits: LimitSettings) -> AudioFacts:
    try:
        return probe_in(jail, path, min_seconds=limits.min_duration_seconds, max_seconds=limits.max_duration_seconds)
    except JailBroken as error:
        _log.warning(
            "recording_broke_its_reader", reason=error.reason, detail=error.detail, cpu_seconds=error.cpu_seconds
        )
        if error.is_for_want_of_time:
            raise OperatorError("The service is too busy to look at recordings. Try again soon.") from error
        raise UnsupportedMedia(str(error)) from error
    except NotAudio as error:
        raise UnsupportedMedia(str(error)) from error
    except ZygoteLost as error:
        raise OperatorError("Recordings cannot be looked at right now. Try again soon.") from error
    except MediaTooShort as error:
        raise AudioTooShort(str(error)) from error


def _source(upload: Upload, facts: AudioFacts) -> Source:
    return Source(
        kind="upload",
        filename=upload.filename,
        bytes=upload.bytes,
        sha256=upload.sha256,
        codec=facts.codec,
        duration_seconds=facts.duration_seconds,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        bit_depth=facts.bit_depth,
    )
