"""The demo does what it says, and leaves nothing of itself but the stems."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.recordings import form_of

pytestmark = pytest.mark.timeout(300)  # a busy machine takes its time

SONG = Path(__file__).parents[2] / "cli" / "demo" / "mix.flac"
STEMS = {"drums", "bass", "other", "vocals"}


def test_the_demo_separates_its_song_through_the_real_stack(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "demo", "-o", str(tmp_path / "out"), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert {stem["stem"] for stem in told["stems"]} == STEMS
    assert all(stem["sdr_db"] >= 3.0 for stem in told["stems"])
    assert told["realtime_factor"] > 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{stem}.wav" for stem in STEMS}
    assert {form_of(path) for path in (tmp_path / "out").iterdir()} == {form_of(SONG)}
