"""When the waiting are reached and done."""

from datetime import UTC, datetime

import pytest

from contract.line.outlook import outlooks
from tests.unit.contract.test_fair_order import SPEEDS, a_line, a_work


def test_one_worker_takes_them_one_after_the_other():
    found = outlooks(a_line(("a", a_work("x")), ("b", a_work("x"))), ["cpu"], SPEEDS)
    assert [(each.place, each.begins_in, each.done_in) for each in found.values()] == [(1, 0, 50), (2, 50, 100)]


def test_more_workers_take_more_at_once():
    found = outlooks(a_line(*((name, a_work("x")) for name in "abcd")), ["cpu", "cpu"], SPEEDS)
    assert [each.done_in for each in found.values()] == [50, 50, 100, 100]


def test_what_runs_is_waited_for_and_never_counts_as_done():
    running = a_work("x").claimed(_at(-10_000), charge=50.0)
    late = a_work("x").claimed(_at(-90_000), charge=50.0)
    line = a_line(("a", a_work("x")), running=(running,))
    assert outlooks(line, ["cpu"], SPEEDS)["a"].begins_in == pytest.approx(40, abs=0.1)
    line = a_line(("a", a_work("x")), running=(late,))
    assert outlooks(line, ["cpu"], SPEEDS)["a"].begins_in == pytest.approx(5, abs=0.1)


def test_each_device_has_its_own_speed():
    speeds = SPEEDS | {("demo", "cuda"): 0.05}
    found = outlooks(a_line(*((name, a_work("x")) for name in "ab")), ["cuda", "cpu"], speeds)
    assert [each.done_in for each in found.values()] == [5, 50]


def test_a_model_nobody_measured_has_a_place_and_no_end():
    line = a_line(("a", a_work("x")), ("b", a_work("x")))
    assert [(each.place, each.done_in) for each in outlooks(line, ["cpu"], {}).values()] == [(1, None), (2, None)]


def test_without_a_worker_it_is_told_as_if_there_were_one():
    assert outlooks(a_line(("a", a_work("x"))), [], SPEEDS)["a"].done_in == 50


def _at(milliseconds: float) -> datetime:
    return datetime.fromtimestamp((1_000 + milliseconds) / 1000, UTC)
