"""The commands against a real server, and the engine without one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.launched import LaunchedStack
from tests.acceptance.recordings import KINDS, form_of, recording

pytestmark = pytest.mark.timeout(300)  # a busy machine takes its time

STEMS = ("bass", "drums", "other", "vocals")


def stemify(*arguments: str, code: int = 0, seconds: float = 240) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    return ran


def test_submit_waits_and_downloads(stack: LaunchedStack, tmp_path: Path) -> None:
    path = recording(tmp_path, KINDS[1])
    wishes = ["--format", "flac", "--priority", "high"]
    ran = stemify("submit", str(path), "--server", stack.url, "-o", str(tmp_path / "out"), *wishes, "--json")
    job = json.loads(ran.stdout)
    assert (job["status"], job["options"]["priority"]) == ("completed", "high")
    files = sorted((tmp_path / "out" / "song").iterdir())
    assert [file.name for file in files] == [f"{stem}.flac" for stem in STEMS]
    assert {form_of(file) for file in files} == {form_of(path)}
    assert sorted(job["files"]) == [str(file) for file in files]


def test_jobs_are_listed_shown_canceled_and_deleted(stack: LaunchedStack, tmp_path: Path) -> None:
    path = recording(tmp_path, KINDS[0], seconds=20.0)
    job_id = stemify("submit", str(path), "--server", stack.url).stdout.strip()
    listed = json.loads(stemify("jobs", "--server", stack.url, "--json").stdout)
    assert job_id in [job["job_id"] for job in listed]
    assert job_id in stemify("jobs", "show", job_id, "--server", stack.url).stdout
    stemify("jobs", "cancel", job_id, "--server", stack.url)
    stemify("jobs", "delete", job_id, "--server", stack.url)
    assert "no such job" in stemify("jobs", "show", job_id, "--server", stack.url, code=2).stderr.lower()


def test_a_file_that_is_no_audio_ends_with_1(stack: LaunchedStack, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("words " * 1000)
    ran = stemify("submit", str(path), "--server", stack.url, "--wait", code=1)
    assert "audio" in ran.stderr


def test_separate_needs_no_server_and_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    good, bad = recording(tmp_path, KINDS[2]), tmp_path / "bad.mp3"
    bad.write_text("words " * 1000)
    out = tmp_path / "out"
    ran = stemify("separate", str(bad), str(good), "-o", str(out), "--model", "demo", "--json", code=1)
    failed, made = json.loads(ran.stdout)
    assert "error" in failed
    assert sorted(stem["name"] for stem in made["stems"]) == list(STEMS)
    assert {form_of(out / "song" / f"{stem}.wav") for stem in STEMS} == {form_of(good)}


def test_a_stem_the_model_does_not_have_is_wrong_use(tmp_path: Path) -> None:
    path = recording(tmp_path, KINDS[0])
    ran = stemify("separate", str(path), "-o", str(tmp_path / "out"), "--model", "demo", "--stems", "piano", code=2)
    assert "no stem 'piano'" in ran.stderr


def test_bench_measures_the_models_that_are_here() -> None:
    ran = stemify("bench", "--model", "demo", "--seconds", "15", "--json")
    (row,) = json.loads(ran.stdout)
    assert (row["model"], row["weights"], row["overdue"]) == ("demo", "real", False)
    assert all(row[figure] > 0 for figure in ("realtime_factor", "separating", "decoding", "encoding", "load_seconds"))
