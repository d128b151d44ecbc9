"""A job's words in the engine's and back, and the manifest they make."""

import json
from pathlib import Path

import pytest

from contract.timings import by_stage
from media.facts import AudioFacts
from media.peaks import Peaks
from tests.builders import a_job, a_source, a_stem
from worker.engine import ModelRecipe, Separation, StemFile
from worker.engine.catalog import WeightFile
from worker.engine_terms import completed, output_options, seed_of, separation_options, timings_of
from worker.manifest import manifest_bytes
from worker.model_choice import Choice

SHA = "00000010" + "f" * 56
CHOICE = Choice(ModelRecipe(name="demo", class_name="HTDemucs", files=(WeightFile("d", "bundled:d.st", SHA),)))


def stem_file(rms: float = 0.1) -> StemFile:
    return StemFile(
        name="vocals",
        path=Path("vocals.wav"),
        format="wav",
        codec="pcm_s16le",
        bytes=44,
        sha256=SHA,
        frames=1_000,
        sample_rate=8_000,
        channels=2,
        peak=0.5,
        rms=rms,
        peaks=Peaks(1_000, (-0.5,), (0.5,)),
    )


def separation(**changes) -> Separation:
    fields = {
        "stems": (stem_file(),),
        "source": AudioFacts("wav", "pcm_s16le", 8_000, 2, "16", 1.0),
        "source_frames": 8_000,
        "gain": 0.5,
        "residual_db": -51.239,
        "mix_energy": 400.0,
        "device": "cpu",
        "precision": "float32",
        "seed": 16,
        "warnings": (("clipped", "It is loud."),),
        "timings": {"decoding": 1.0, "separating": 2.0, "encoding": 3.0},
        "realtime_factor": 1.0,
    }
    return Separation(**(fields | changes))


def options(**changes):
    return a_job().options.model_copy(update=changes)


def test_the_seed_is_the_callers_or_the_contents():
    assert seed_of(options(seed=7), SHA) == 7
    assert seed_of(options(), SHA) == 16


def test_stems_and_two_stems_are_never_both_asked_for():
    two = separation_options(options(two_stems="vocals", stems=("vocals", "no_vocals")), SHA, longest_seconds=9)
    assert (two.stems, two.two_stems, two.max_seconds) == (None, "vocals", 9)
    some = separation_options(options(stems=("drums", "residual"), residual=True), SHA, longest_seconds=9)
    assert (some.stems, some.two_stems, some.residual) == (("drums",), None, True)


@pytest.mark.parametrize(("asked", "given"), [("source", None), (48_000, 48_000)])
def test_the_rate_is_the_sources_unless_asked_otherwise(asked, given):
    output = output_options(options(sample_rate=asked))
    assert (output.sample_rate, output.channels) == (given, "source")


def test_what_was_made_is_told():
    job = a_job(source=a_source(sha256=None))
    done = completed(job, separation(), choice=CHOICE, stems=(a_stem(),), sha256=SHA)
    assert (done.source.sha256, done.source.duration_seconds, done.source.bit_depth) == (SHA, 1.0, "16")
    assert done.quality.residual_db == -51.24
    assert done.quality.stems["vocals"].energy_share == pytest.approx((0.1 / 0.5) ** 2 * 2_000 / 400)
    assert [warned.code for warned in done.warnings] == ["clipped"]


def test_a_silent_mix_has_no_shares():
    silent = separation(stems=(stem_file(0.0),), mix_energy=0.0, residual_db=None)
    done = completed(a_job(), silent, choice=CHOICE, stems=(), sha256=SHA)
    assert (done.quality.residual_db, done.quality.stems["vocals"].energy_share) == (None, 0.0)


def test_storing_is_not_counted_as_encoding():
    timings = timings_of(separation(), fetching=0.5, storing=2.5, overlapped=2.0)
    assert timings["encoding"] == 1.0
    assert timings["storing"] == 2.5
    assert timings["realtime_factor"] == pytest.approx(1.0 / 7.0, abs=1e-3)


def test_encoding_that_was_done_meanwhile_is_told_and_in_no_stage():
    timings = timings_of(separation(overlapped_encoding=7.5), fetching=0.0, storing=0.0, overlapped=0.0)
    assert timings["encoding_meanwhile"] == 7.5
    assert sum(by_stage(timings).values()) == pytest.approx(6.0)
    assert timings["realtime_factor"] == pytest.approx(1.0 / 6.0, abs=1e-3)


def test_manifests_of_equal_work_differ_in_the_jobs_id_alone():
    jobs = [a_job(options=options(seed=3)), a_job(options=options(seed=3), attempt=2, fence=5)]
    manifests = []
    for job, folder, seconds in zip(jobs, ("1", "5"), (1.0, 9.0), strict=True):
        stem = a_stem(blob=f"results/{job.job_id}/{folder}/vocals.wav")
        made = separation(timings={"separating": seconds})
        done = completed(job, made, choice=CHOICE, stems=(stem,), sha256=SHA)
        manifests.append(json.loads(manifest_bytes(job, done, made)))
    assert [manifest.pop("job_id") for manifest in manifests] == [job.job_id for job in jobs]
    assert manifests[0] == manifests[1]
    assert manifests[0]["schema_version"] == 1
    assert manifests[0]["stems"][0]["file"] == "vocals.wav"
    assert set(manifests[0]["versions"]) >= {"torch", "demucs"}
