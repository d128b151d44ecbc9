"""Every part of the benchmark runs, at tiny sizes, from its command; what it found is kept with the machine."""

import json

import pytest
import torch

from benchmarks.__main__ import main
from benchmarks.asked import Asked, small
from benchmarks.gpu import measure_gpu
from benchmarks.workshop import Workshop


@pytest.fixture
def measure(tmp_path):
    """measure(parts): rows by part and name, as kept."""

    def run(parts):
        kept = tmp_path / "bench.json"
        assert main(["--small", "--only", parts, "--json", str(kept)]) == 0
        result = json.loads(kept.read_text(encoding="utf-8"))
        assert {"processor", "gpus", "versions", "threads", "load_at_start"} <= set(result["machine"])
        assert result["options"]["runs"] == 1
        return {part["name"]: {row["name"]: row for row in part["rows"]} for part in result["parts"]}

    return run


def test_separation_is_compared_with_the_reference_and_every_run_is_kept(measure, capsys):
    rows = measure("separation,specialist")
    alone = rows["separation"]
    assert list(alone) == ["Demucs, float32", "ours, float32", "ours, bfloat16"]
    assert alone["Demucs, float32"]["figures"]["times_faster"] == 1.0
    assert alone["ours, float32"]["figures"]["dB"] > 90.0
    assert alone["ours, bfloat16"]["figures"]["dB"] > 40.0
    assert {len(row["runs"]) for row in alone.values()} == {1}
    *_, ours = rows["specialist"].values()
    assert ours["figures"]["dB"] > 40.0
    assert "times faster" in capsys.readouterr().out


def test_demucss_own_command_makes_the_same_files(measure):
    reference, ours = measure("files")["files"].values()
    assert reference["name"] == "python -m demucs"
    assert ours["figures"]["dB"] > 40.0


def test_what_a_process_costs_is_measured_in_its_own(measure):
    rows = measure("length,warmup,first")
    assert all(row["figures"]["peak_MiB"] > 100 for row in rows["length"].values())
    assert all(row["figures"]["seconds"] > 0 for row in rows["warmup"].values())
    assert all(row["figures"]["first_block_in_segments"] > 0 for row in rows["first"].values())


def test_the_rows_of_a_gpu_are_listed_where_there_is_none(measure):
    rows = measure("gpu")["gpu"]
    assert len(rows) == 4
    if not torch.cuda.is_available():
        assert {row["note"] for row in rows.values()} == {"not measured here: no CUDA device"}


def test_the_rows_of_a_gpu_are_measured_on_the_device_that_is_asked_for(tmp_path):
    rows = measure_gpu(small(Asked(device="cpu")), Workshop(tmp_path))
    assert all(row.figures["realtime"] > 0 for row in rows)
    assert all(row.figures["dB"] > 40 for row in rows[:-1])
    assert 0 < rows[-1].figures["network_share"] < 2


def test_a_part_that_is_not_there_is_wrong_use(capsys):
    assert main(["--only", "separation,speed"]) == 2
    assert "'speed'" in capsys.readouterr().out
