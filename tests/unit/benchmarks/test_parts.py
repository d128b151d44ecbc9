"""Parts are chosen by name; one that fails keeps the rows it had, is told, and stops no other."""

import json

import pytest

from benchmarks import __main__ as command
from benchmarks.parts import PARTS, choose
from benchmarks.report import shown
from benchmarks.rows import Part, Row


def breaks_midway(_asked, _workshop):
    yield Row(name="one", figures={"seconds": 1.0})
    raise RuntimeError("no room left")


def works(_asked, _workshop):
    return [Row(name="two", figures={"seconds": 2.0}, note="as it should")]


def test_a_part_that_fails_keeps_its_rows_and_stops_no_other(monkeypatch, tmp_path, capsys):
    parts = (Part("bad", "breaks", breaks_midway), Part("good", "works", works))
    monkeypatch.setattr(command, "choose", lambda _names: parts)
    assert command.main(["--json", str(tmp_path / "kept.json")]) == 1
    bad, good = json.loads((tmp_path / "kept.json").read_text())["parts"]
    assert (bad["failed"], bad["rows"][0]["name"]) == ("RuntimeError: no room left", "one")
    assert (good["failed"], good["rows"][0]["name"]) == ("", "two")
    said = capsys.readouterr().out
    assert "bad failed: RuntimeError: no room left" in said
    assert "as it should" in said


def test_parts_are_chosen_by_name_and_run_in_their_order():
    assert choose(None) is PARTS
    assert [part.name for part in choose("gpu, separation")] == ["separation", "gpu"]
    with pytest.raises(ValueError, match="'speed'"):
        choose("gpu,speed")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("seconds", 1.23456, "1.23"),
        ("peak_MiB", 1234.5, "1,234"),
        ("batch", 8, "8"),
        ("matrix_rate_share", 0.456, "46%"),
        ("dB", None, "-"),
    ],
)
def test_figures_are_shown_to_about_three_digits(name, value, text):
    assert shown(name, value) == text
