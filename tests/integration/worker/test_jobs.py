"""Ordinary jobs, done by a real worker."""

import json

import pytest

from contract.errors import FailureCode
from contract.jobs import JobStatus
from tests.worker_process import wait_for

pytestmark = pytest.mark.timeout(400)  # several processes that load torch, on a machine that may be busy


def test_a_job_is_done(worker_alone, submit, ended, make_song, storage, tmp_path):
    job = ended(submit(make_song(2.0), model="tiny"))
    assert job.status is JobStatus.completed, job.error
    assert [stem.name for stem in job.stems] == ["drums", "bass", "other", "vocals"]
    for stem in job.stems:
        facts = storage.facts(stem.blob)
        assert facts is not None
        assert facts.bytes == stem.bytes
        assert (stem.frames, stem.sample_rate, stem.channels) == (16_000, 8_000, 2)
        assert json.loads(b"".join(storage.read(stem.peaks_blob)))["frames"] == 16_000
    assert (job.attempt, job.progress, job.device) == (1, 100, "cpu")
    assert (job.source.duration_seconds, job.source.codec, job.source.bit_depth) == (2.0, "pcm_s16le", "16")
    stages = {"fetching", "decoding", "separating", "encoding", "storing"}
    assert set(job.timings) == stages | {"realtime_factor", "encoding_meanwhile"}
    assert [file.file for file in job.model.weights] == ["tiny.safetensors"]
    assert job.seed == int(job.source.sha256[:8], 16)
    assert not list((tmp_path / "scratch").iterdir()), "the scratch folder is left empty"
    assert (tmp_path / "heartbeat").is_file()
    (facts,) = wait_for(lambda: [worker for worker in worker_alone.live() if worker.models_resident])
    assert (facts.device, facts.models_resident) == ("cpu", ("tiny",))
    assert facts.memory["ram"] > 0


@pytest.mark.usefixtures("worker_alone")
def test_jobs_end_as_they_must(submit, ended, make_song, storage, speeds):
    """One worker, many jobs: starting one takes seconds."""
    song = make_song(1.0)
    twice = [submit(song, model="tiny", seed=5) for _ in range(2)]
    mono = submit(make_song(1.0, channels=1), model="tiny", two_stems="vocals", format="flac", residual=True)
    text = submit(b"these are words, not music\n" * 100, model="tiny")
    none_named = submit(song)
    default_absent = submit(song, default_model="htdemucs")
    absent = submit(song, model="htdemucs")

    first, second = (ended(job) for job in twice)
    manifests = [json.loads(b"".join(storage.read(job.manifest_blob))) for job in (first, second)]
    assert [manifest.pop("job_id") for manifest in manifests] == [first.job_id, second.job_id]
    assert manifests[0] == manifests[1], "the same input, options, seed, device and versions give the same"
    assert manifests[0]["seed"] == 5

    mono = ended(mono)
    assert [(stem.name, stem.channels, stem.frames, stem.format) for stem in mono.stems] == [
        ("vocals", 1, 8_000, "flac"),
        ("no_vocals", 1, 8_000, "flac"),
        ("residual", 1, 8_000, "flac"),
    ]

    text = ended(text)
    assert (text.status, text.error.code, text.attempt) == (JobStatus.failed, FailureCode.undecodable_audio, 1)
    assert not text.stems
    assert not list(storage.list(f"results/{text.job_id}"))

    assert ended(none_named).model.name == "tiny"
    default_absent = ended(default_absent)
    assert default_absent.status is JobStatus.completed, default_absent.error
    assert default_absent.model.name == "demo"
    assert [warned.code for warned in default_absent.warnings] == ["demo_model"]

    absent = ended(absent)
    assert (absent.status, absent.error.code) == (JobStatus.failed, FailureCode.model_unavailable)
    assert absent.attempt == 3, "it was tried again, in vain"
    assert [attempt.reason.partition(":")[0] for attempt in absent.attempts[:2]] == ["model_unavailable"] * 2

    assert speeds.of("tiny", "cpu") > 0


def test_a_job_nobody_rang_for_is_found(start_worker, submit, ended, make_song):
    start_worker()
    job = ended(submit(make_song(1.0), ring=False, model="tiny"))
    assert (job.status, job.attempt) == (JobStatus.completed, 1)


def test_two_workers_share_the_jobs(start_worker, submit, ended, make_song, redis):
    start_worker("one")
    start_worker("two")
    jobs = [submit(make_song(3.0), model="tiny") for _ in range(10)]
    done = [ended(job) for job in jobs]
    assert {job.status for job in done} == {JobStatus.completed}
    assert {(job.attempt, job.fence) for job in done} == {(1, 1)}, "each ran once"
    assert len({job.worker for job in done}) == 2, "both did some"
    assert int(redis.hget("stemify:statistics", "ended:completed")) == 10, "each was committed once"
