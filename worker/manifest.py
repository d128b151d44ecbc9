"""The manifest of a finished job: what was made, of what, with what. Pure.

Two runs with the same recording, options, seed, device and versions give the same bytes but for `job_id` and the
recording's name or address: there is no time, no place and no attempt in it.
"""

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from contract.jobs import Job
from contract.recordings import ModelUsed, Source, Stem
from worker.engine import Separation

SCHEMA_VERSION = 1
_PACKAGES = ("stemify", "torch", "demucs", "av", "numpy", "soxr")


def manifest_bytes(
    job: Job, *, source: Source, model: ModelUsed, separation: Separation, stems: tuple[Stem, ...]
) -> bytes:
    """The manifest as JSON text in UTF-8."""
    facts = {
        "schema_version": SCHEMA_VERSION,
        "job_id": job.job_id,
        "source": source.model_dump(mode="json", exclude_none=True) | {"frames": separation.source_frames},
        "options": job.options.model_dump(mode="json"),
        "model": model.model_dump(mode="json"),
        "seed": separation.seed,
        "device": separation.device,
        "precision": separation.precision,
        "versions": _versions(),
        "gain": separation.gain,
        "residual_db": separation.residual_db,
        "stems": [_stem(stem) for stem in stems],
        "warnings": [{"code": code, "detail": detail} for code, detail in separation.warnings],
    }
    return (json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


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
