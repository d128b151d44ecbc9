"""Ordinary jobs, done by a real worker."""

import json

from contract.jobs import JobStatus


def test_a_job_is_done(start_worker, submit, ended, make_song, storage):
    start_worker()
    job = ended(submit(make_song(2.0), model="tiny"))
    assert job.status is JobStatus.completed, job.error
    assert [stem.name for stem in job.stems] == ["drums", "bass", "other", "vocals"]
    for stem in job.stems:
        facts = storage.facts(stem.blob)
        assert facts is not None
        assert facts.bytes == stem.bytes
        assert (stem.frames, stem.sample_rate, stem.channels) == (16_000, 8_000, 2)
        peaks = json.loads(b"".join(storage.read(stem.peaks_blob)))
        assert peaks["frames"] == 16_000
    assert (job.attempt, job.progress, job.device) == (1, 100, "cpu")
    assert (job.source.duration_seconds, job.source.codec, job.source.bit_depth) == (2.0, "pcm_s16le", "16")
    assert set(job.timings) == {"fetching", "decoding", "separating", "encoding", "storing", "realtime_factor"}
