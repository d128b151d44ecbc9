"""Contenders take turns, after one round that does not count."""

from benchmarks.alternating import Run, alternate, median_processor_seconds, median_seconds


def test_turns():
    heard = []
    found = alternate({"one": lambda: heard.append("one"), "two": lambda: heard.append("two")}, runs=3)
    assert heard == ["one", "two"] * 4
    assert [len(runs) for runs in found.values()] == [3, 3]
    assert all(run.wall_seconds >= 0.0 for runs in found.values() for run in runs)


def test_medians():
    runs = [Run(1.0, 9.0), Run(50.0, 3.0), Run(2.0, 4.0)]
    assert median_seconds(runs) == 2.0
    assert median_processor_seconds(runs) == 4.0
