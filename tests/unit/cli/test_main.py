"""The command line as a person types it: help with an example everywhere, and exit codes that tell."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import ports
from cli.main import app

COMMANDS = ("up", "demo", "separate", "submit", "jobs", "models", "doctor", "bench")
SUBCOMMANDS = (
    "jobs show",
    "jobs cancel",
    "jobs delete",
    "jobs download",
    "models list",
    "models pull",
    "models verify",
)


def stemify(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)


@pytest.mark.parametrize("command", [*COMMANDS, *SUBCOMMANDS])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ran = CliRunner().invoke(app, [*command.split(), "--help"])
    assert ran.exit_code == 0
    assert "Example: stemify" in ran.stdout


def test_the_help_names_every_command() -> None:
    ran = CliRunner().invoke(app, ["--help"])
    assert ran.exit_code == 0
    assert all(command in ran.stdout for command in COMMANDS)


def test_the_version_is_told() -> None:
    ran = CliRunner().invoke(app, ["--version"])
    assert (ran.exit_code, ran.stdout.strip()) == (0, version("stemify"))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("separate",),
        ("submit", "/no/such/file.mp3"),
        ("submit", "pyproject.toml", "--shifts", "99"),
        ("up", "--port", "0"),
    ],
)
def test_wrong_use_is_told_in_words_and_ends_with_2(arguments: tuple[str, ...]) -> None:
    ran = stemify(*arguments)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert (ran.stderr + ran.stdout).strip()


def test_a_setting_that_cannot_work_is_named_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMIFY_QUEUE__BEAT_SECONDS", "100")
    monkeypatch.setenv("STEMIFY_LIMITS__MAX_UPLOAD_BYTES", "many")
    ran = stemify("up")
    assert ran.returncode == 2
    assert "STEMIFY_QUEUE: queue.beat_seconds must be at most half" in ran.stderr
    assert "STEMIFY_LIMITS__MAX_UPLOAD_BYTES: " in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_no_server_ends_with_3() -> None:
    ran = stemify("jobs", "--server", f"http://127.0.0.1:{ports.find_free()}")
    assert ran.returncode == 3
    assert len(ran.stderr.strip().splitlines()) == 1


def test_starting_loads_nothing_heavy() -> None:
    code = "import sys, cli.main; print([m for m in ('torch', 'av', 'numpy', 'socketio', 'soxr') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "[]"


def test_models_that_are_named_must_be_here_to_be_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMIFY_MODELS__FOLDER", str(tmp_path))
    absent = stemify("models", "verify", "htdemucs", "--json")
    assert (absent.returncode, absent.stdout) == (1, '{\n  "htdemucs": "absent"\n}\n')
    assert "stemify models pull htdemucs" in absent.stderr
    unknown = stemify("models", "verify", "htdemuks")
    assert unknown.returncode == 2
    assert "htdemucs" in unknown.stderr, "it names those there are"
    assert stemify("models", "verify").returncode == 0
