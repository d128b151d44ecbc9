"""The benchmark of separation runs from its command, on the bundled model, and keeps what it found."""

import json

from benchmarks import report
from benchmarks.separation import main


def test_it_compares_with_the_reference_and_keeps_every_run(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(report, "_RESULTS", tmp_path / "results")
    main(["--model", "demo", "--seconds", "1.5", "--runs", "2"])
    (kept,) = (tmp_path / "results").glob("separation-*.json")
    result = json.loads(kept.read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in result["rows"]}
    assert list(rows) == ["reference", "float32", "bfloat16"]
    assert rows["reference"]["times_faster"] == 1.0
    assert rows["float32"]["decibels"] > 90.0
    assert rows["bfloat16"]["decibels"] > 40.0
    assert {len(runs) for runs in result["runs"].values()} == {2}
    assert {"processor", "versions", "threads", "load_at_start"} <= set(result["machine"])
    assert result["work_gflop"] > 1.0
    assert "times faster" in capsys.readouterr().out
