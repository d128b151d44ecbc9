"""What the doctor finds on this machine, where the tests' own packages are installed."""

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.checks import audio, engine, machine, packages, services
from cli.main import app
from cli.redis_program import find_redis_program


def test_this_machine_can_do_the_main_job() -> None:
    found = [*machine.python(), *packages.packages(), *audio.audio(), *services.redis()]
    assert [finding for finding in found if finding.verdict == "broken"] == []


def test_a_missing_part_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: None)
    found = {finding.subject: finding for finding in packages.packages()}
    assert found["worker"].verdict == "broken"
    assert "stemify[worker]" in found["worker"].advice
    assert found["s3"].verdict == "note"


def test_the_image_of_a_worker_can_do_without_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_version", lambda name: None if name == "fastapi" else "1.0")
    assert packages.packages()[0].verdict == "broken"
    monkeypatch.setattr(packages, "_room", lambda name: name != "backend")
    assert {finding.verdict for finding in packages.packages()} == {"note", "ok"}


@pytest.mark.parametrize(("fetch", "said"), [("true", "the first job fetches it"), ("false", "jobs run with `demo`")])
def test_what_comes_of_absent_weights_depends_on_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fetch: str, said: str
) -> None:
    monkeypatch.setenv("STEMIFY_MODELS__FOLDER", str(tmp_path))
    monkeypatch.setenv("STEMIFY_MODELS__FETCH", fetch)
    assert said in engine.weights()[0].advice


def test_an_old_yt_dlp_is_worth_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: "2020.1.1")
    assert packages.yt_dlp()[0].verdict == "note"
    today = dt.datetime.now(dt.UTC).date()
    monkeypatch.setattr(packages, "_version", lambda _: f"{today.year}.{today.month}.{today.day}")
    assert packages.yt_dlp()[0].verdict == "ok"
    monkeypatch.setattr(packages, "_version", lambda _: None)
    assert packages.yt_dlp() == []


def test_a_redis_that_does_not_answer_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path}/none.sock")
    assert services.redis()[0].verdict == "broken"


def test_a_server_program_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_redis_program() is not None
    own = tmp_path / "valkey-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert find_redis_program() == own


def test_the_doctor_answers_programs_too() -> None:
    answered = CliRunner().invoke(app, ["doctor", "--json"])
    findings = json.loads(answered.stdout)
    assert {finding["verdict"] for finding in findings} <= {"ok", "note", "broken"}
    assert {"python", "device", "audio", "redis", "weights", "disk", "port"} <= {f["subject"] for f in findings}
