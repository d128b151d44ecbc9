"""A job that is done, with stems of any length, as a worker would have left it. Knows no browser."""

import json
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.player.served import Served
from benchmarks.recordings import RATE, repeated_file
from contract.catalog import load_catalog
from contract.events import JobCompleted
from contract.job_ids import new_job_id
from contract.jobs import Job
from contract.options import Format, JobRequest, resolve
from contract.recordings import ModelUsed, Quality, Source, Stem
from media.decode import decode
from media.peaks import PeaksMeter

_PEAK_POINTS = 2_000


def finished_job(served: Served, folder: Path, *, name: Format, seconds: float) -> Job:
    """A completed job of four stereo stems in this format. All are one file in storage, under an address each."""
    path, job_id = repeated_file(folder / f"stem.{name}", seconds), new_job_id()
    stem = _stem(served, path, f"results/{job_id}/1/stem", name)  # before the claim, whose lease would lapse meanwhile
    source = Source(kind="upload", filename=f"song.{name}", bytes=path.stat().st_size, duration_seconds=seconds)
    options = resolve(JobRequest(model="htdemucs", format=name), load_catalog())
    waiting = Job(
        job_id=job_id, created_at=datetime.now(UTC), source=source, input_blob="uploads/none", options=options
    )
    job = served.store.claim(served.store.accept(waiting).job_id, worker="benchmark")
    if job is None:
        raise RuntimeError("the job was not to be had")
    done = JobCompleted(
        at=datetime.now(UTC),
        stems=tuple(stem.model_copy(update={"name": each}) for each in job.options.stems),
        manifest_blob=f"results/{job.job_id}/{job.fence}/manifest.json",
        source=source,
        model=ModelUsed(name=job.options.model),
        device="cpu",
        seed=1,
        quality=Quality(),
    )
    path.unlink()
    return served.store.finish(job, done)


def _stem(served: Served, path: Path, key: str, name: Format) -> Stem:
    meter = PeaksMeter()
    for block in decode(path):
        meter.add(block)
    with served.storage.writer(f"{key}.peaks.json") as writer:
        writer.write(json.dumps(meter.peaks(_PEAK_POINTS).as_json()).encode())
    stored = served.storage.put_file(f"{key}.{name}", path)
    return Stem(
        name="stem",
        blob=stored.key,
        format=name,
        codec=name,
        bytes=stored.bytes,
        sha256="0" * 64,
        duration_seconds=meter.frames / RATE,
        frames=meter.frames,
        sample_rate=RATE,
        channels=2,
        peak_dbfs=None,
        rms_dbfs=None,
        peaks_blob=f"{key}.peaks.json",
    )
