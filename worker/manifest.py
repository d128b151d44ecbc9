"""The manifest of a finished job: what was made, of what, with what. Pure.

Two runs with the same recording, options, seed, device and versions give the same bytes but for `job_id` and the
recording's name or address: there is no time, no place and no attempt in it.
"""

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from contract.events import JobCompleted
from contract.jobs import Job
from contract.recordings import Source, Stem
from contract.secrets_mask import masked_link
from worker.engine import Separation

SCHEMA_VERSION = 1
_PACKAGES = ("stemify", "torch", "demucs", "av", "numpy", "soxr")


def manifest_bytes(job: Job, done: JobCompleted, separation: Separation) -> bytes:
    """The manifest as JSON text in UTF-8."""
    facts = {
        "schema_version": SCHEMA_VERSION,
        "job_id": job.job_id,
        "source": _source(done.source) | {"frames": separation.source_frames},
        "options": job.options.model_dump(mode="json"),
        "model": done.model.model_dump(mode="json"),
        "seed": done.seed,
        "device": done.device,
        "precision": separation.precision,
        "versions": _versions(),
        "gain": done.gain,
        "quality": done.quality.model_dump(mode="json"),
        "stems": [_stem(stem) for stem in done.stems],
        "warnings": [warned.model_dump(mode="json") for warned in done.warnings],
    }
    return (json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _source(source: Source) -> dict[str, Any]:
    """The manifest leaves with the stems: a link's secrets stay here."""
    url = None if source.url is None else masked_link(source.url)
    return source.model_copy(update={"url": url}).model_dump(mode="json", exclude_none=True)


def _stem(stem: Stem) -> dict[str, Any]:
    told = stem.model_dump(mode="json", exclude={"blob", "peaks_blob"})
    return told | {"file": stem.blob.rsplit("/", 1)[-1]}


def _versions() -> dict[str, str]:
    return {name: found for name in _PACKAGES if (found := _version(name)) is not None}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
