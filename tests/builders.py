"""Ordinary jobs, stems and events for tests to start from; each takes what the test is about."""

from datetime import UTC, datetime
from typing import Any

from contract.catalog import load_catalog
from contract.events import JobCompleted, JobProgressed
from contract.job_ids import new_job_id
from contract.jobs import Job
from contract.options import JobRequest, resolve
from contract.recordings import ModelUsed, Quality, Source, Stem

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_source(**changes: Any) -> Source:
    return Source.model_validate({"kind": "upload", "filename": "song.wav", "bytes": 1000} | changes)


def a_job(**changes: Any) -> Job:
    """A job nobody has accepted yet, for the demo model."""
    fields = {
        "job_id": new_job_id(),
        "created_at": NOON,
        "source": a_source(),
        "input_blob": "uploads/x/source",
        "options": resolve(JobRequest(model="demo"), load_catalog()),
    }
    return Job.model_validate(fields | changes)


def a_stem(name: str = "vocals", **changes: Any) -> Stem:
    fields = {
        "name": name,
        "blob": f"results/x/1/{name}.wav",
        "format": "wav",
        "codec": "pcm_s16le",
        "bytes": 44,
        "sha256": "0" * 64,
        "duration_seconds": 1.0,
        "frames": 44_100,
        "sample_rate": 44_100,
        "channels": 2,
        "peak_dbfs": -1.0,
        "rms_dbfs": -20.0,
    }
    return Stem.model_validate(fields | changes)


def progressed(progress: int, **changes: Any) -> JobProgressed:
    return JobProgressed.model_validate({"at": NOON, "stage": "separating", "progress": progress} | changes)


def completed(job: Job, **changes: Any) -> JobCompleted:
    fields = {
        "at": NOON,
        "stems": tuple(a_stem(name) for name in job.options.stems),
        "manifest_blob": f"results/{job.job_id}/{job.fence}/manifest.json",
        "source": job.source,
        "model": ModelUsed(name=job.options.model),
        "device": "cpu",
        "seed": 1,
        "quality": Quality(),
    }
    return JobCompleted.model_validate(fields | changes)
