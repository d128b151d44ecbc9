"""The one way a mix is made: found, or rendered in a folder of its own and stored. Blocks; runs in a thread."""

import contextlib
import errno
import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.assembly import Parts
from backend.mixes.render import Part, Target, render
from backend.mixes.shelf import Mix, MixShelf
from backend.mixes.wishes import MixRequest, mix_id
from backend.mixes.workshop import workshop
from contract.errors import InsufficientStorage, JobExpired, JobNotFound, StorageUnavailable
from contract.jobs import Job
from contract.recordings import Stem
from contract.storage import BlobNotFound
from media.errors import EncodingFailed, MediaError
from media.formats import OutputFormat

_FRAME_BYTES = 8


@dataclass(frozen=True)
class Made:
    """A mix, and whether it was made just now."""

    mix: Mix
    is_new: bool


def shelf_of(parts: Parts, job: Job) -> MixShelf:
    """Where this job's mixes lie."""
    return MixShelf(parts.storage, job, most=parts.settings.mixes.most_per_job)


def make_mix(parts: Parts, job: Job, wish: MixRequest, *, is_unwanted: Callable[[], bool] = lambda: False) -> Made:
    """The mix of a completed job's stems, under its own name. `is_unwanted` is asked again and again while it is made.

    Raises JobExpired, JobNotFound (deleted meanwhile), InsufficientStorage, StorageUnavailable, Unwanted.
    """
    name, shelf = mix_id(wish, job), shelf_of(parts, job)
    found = shelf.find(name)
    if found is not None:
        return Made(found, is_new=False)
    largest = max(stem.frames for stem in job.stems) * _FRAME_BYTES
    copies = sum(stem.bytes for stem in job.stems)  # of the stems, where storage is not this machine's
    place = workshop(parts.settings.mixes.folder, needed_bytes=largest + copies)
    with _promised(parts, name, kept=largest), place as folder:
        mix = _rendered(parts, job, wish, folder=folder, is_unwanted=is_unwanted)
        try:
            shelf.put(folder / "mix", mix)
        finally:
            _clear_unless_kept(parts, job, shelf)
    return Made(mix, is_new=True)


def _clear_unless_kept(parts: Parts, job: Job, shelf: MixShelf) -> None:
    """A job that was deleted or passed its time while this was made: its files went without the mix."""
    try:
        _check_kept(parts, job)
    except (JobNotFound, JobExpired):
        shelf.clear()
        raise


def _check_kept(parts: Parts, job: Job) -> None:
    """Raises JobNotFound, JobExpired; by the clock of those who remove files."""
    expires = parts.store.get(job.job_id).expires_at
    if expires is not None and expires <= parts.store.now():
        raise JobExpired


@contextlib.contextmanager
def _promised(parts: Parts, name: str, *, kept: int) -> Iterator[None]:
    """Room in storage beside what is promised to jobs, for as long as the mix is made."""
    parts.room.hold(name, kept=kept)
    try:
        yield
    finally:
        parts.room.release(name)


def _rendered(parts: Parts, job: Job, wish: MixRequest, *, folder: Path, is_unwanted: Callable[[], bool]) -> Mix:
    stems = [stem for stem in job.stems if stem.name in wish.stems]
    kind = _kind(wish, job)
    rate, path = kind.closest_rate(stems[0].sample_rate), folder / "mix"
    try:
        sources = [_part(parts, stem, wish, folder=folder) for stem in stems]
        target = Target(path, kind, rate, stems[0].channels)
        rendered = render(sources, target, is_unwanted=is_unwanted)
    except (FileNotFoundError, BlobNotFound) as error:
        raise JobExpired from error
    except EncodingFailed as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InsufficientStorage("There is not enough room left to make this mix.") from error
        raise StorageUnavailable("The mix could not be written.") from error
    except MediaError as error:
        raise StorageUnavailable("A stem of this job cannot be read.") from error
    return Mix(
        mix_id=mix_id(wish, job),
        format=wish.format,
        codec=kind.codec,
        bytes=path.stat().st_size,
        sha256=_digest(path),
        duration_seconds=rendered.frames / rate,
        frames=rendered.frames,
        sample_rate=rate,
        channels=rendered.channels,
        peak_dbfs=_decibels(rendered.peak),
        applied_gain_db=_decibels(rendered.gain) or 0.0,
        created_at=parts.store.now(),
        settings=wish.model_dump(),
    )


def _kind(wish: MixRequest, job: Job) -> OutputFormat:
    wished = next((depth for depth in (wish.bit_depth, job.options.bit_depth) if depth != "source"), None)
    depth = wished or job.source.bit_depth
    return OutputFormat.closest(wish.format, bit_depth=depth, bitrate_kbps=wish.bitrate_kbps)


def _part(parts: Parts, stem: Stem, wish: MixRequest, *, folder: Path) -> Part:
    path = parts.storage.local_path(stem.blob)
    if path is None:
        path = folder / f"{stem.name}.stem"
        parts.storage.fetch(stem.blob, path)
    wished = wish.stems[stem.name]
    return Part(path, 10.0 ** ((wished.gain_db + wish.gain_db) / 20.0), wished.pan)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _decibels(level: float) -> float | None:
    return round(20.0 * math.log10(level), 2) if level > 0.0 else None
