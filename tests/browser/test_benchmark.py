"""What `python -m benchmarks --only player` is made of, on a recording of seconds."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.asked import Asked
from benchmarks.player import listening
from benchmarks.player.finished import finished_job
from benchmarks.player.listener import first_sounds, wandered
from benchmarks.player.served import served
from benchmarks.workshop import Workshop


def test_first_sounds_and_memory_are_measured(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as api:
        url = f"{api.url}/#{finished_job(api, tmp_path, name='mp3', seconds=30).job_id}"
        found = first_sounds(browser, url, slow=False)
        assert min(found.values()) > 0, found
        whole = api.storage.facts(next(facts.key for facts in api.storage.list() if facts.key.endswith(".mp3")))
        assert whole
        assert found["audio_bytes"] < whole.bytes * 4
        held = wandered(browser, url, seeks=2)
        assert held["peak_bytes"] > held["script_bytes"] > 0
        assert held["slowest_seek_seconds"] >= held["seek_seconds"] > 0


def test_without_chromium_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(listening, "find_chromium", lambda: None)
    (row,) = listening.measure_player(Asked(), Workshop(tmp_path))
    assert row.name == "NOT MEASURED"
    assert "apt-get install chromium" in row.note
