import json

import pytest

from tests.faults.to_come import WEBHOOKS
from tests.suites.side_by_side import run_side_by_side
from tests.suites.suite import choose, run_suite, run_trial
from tests.suites.table import store
from tests.suites.trial import Outcome, Trial


def _trial(name="F1", run=lambda times: Outcome(done=times), **more):
    return Trial(name=name, title="a trial", full=10, reduced=1, run=run, **more)


def _explodes(_):
    raise OSError("the disk is gone")


def test_all_are_run_and_told_and_a_failure_stops_none():
    told = []
    rows = run_suite([_trial("F1", _explodes), _trial("F2")], share=0.5, told=told.append)
    assert [(row.name, row.state, row.wanted) for row in rows] == [("F1", "failed", 5), ("F2", "passed", 5)]
    assert told == rows
    assert "the disk is gone" in rows[0].failed[0]


def test_fewer_repetitions_than_wished_is_a_failure():
    row = run_trial(_trial(run=lambda times: Outcome(done=times - 1)), 3)
    assert row.failed == ["2 of 3 repetitions were done"]


def test_a_trial_that_waits_is_not_run_and_not_passed():
    assert run_trial(_trial(run=_explodes, waits_for="webhooks"), 1).state == "waiting"


def test_trials_are_chosen_by_name():
    trials = [_trial("F1"), _trial("F2")]
    assert [trial.name for trial in choose(trials, "f2, F1")] == ["F2", "F1"]
    assert choose(trials, None) == trials
    with pytest.raises(ValueError, match="no such trial: F9"):
        choose(trials, "F9")


def test_the_result_is_kept_with_every_failure(tmp_path):
    row = run_trial(_trial(run=_explodes), 1)
    kept = json.loads(store("faults", [row], tmp_path / "result.json").read_text(encoding="utf-8"))
    assert kept["rows"][0]["failed"] == row.failed
    assert kept["versions"]["celery"]


def _slow_and_large(times: int) -> Outcome:
    outcome = Outcome(done=times)
    outcome.upper("wait s", [0.1] * 98 + [3.0, 4.0], p95=1.0, p99=1.0)
    outcome.mark("grown MB", 80, most=64)
    outcome.mark("fairness", 0.95, least=0.9)
    return outcome


def test_marks_of_time_and_size_count_in_the_long_run_alone():
    row = run_trial(_trial(run=_slow_and_large), 1)
    assert row.failed == ["wait s p99 is 3, above 1", "grown MB is 80, above 64"]
    assert row.figures["wait s p95"] == 0.1
    assert run_trial(_trial(run=_slow_and_large), 1, judges_marks=False).state == "passed"


def test_trials_side_by_side_come_back_in_their_order_and_a_process_that_dies_is_a_failure():
    told = []
    rows = run_side_by_side("faults", [WEBHOOKS, _trial("F0")], share=1.0, at_once=2, told=told.append)
    assert [(row.name, row.state) for row in rows] == [("F26", "waiting"), ("F0", "failed")]
    assert sorted(row.name for row in told) == ["F0", "F26"]
    assert "no such trial: F0" in rows[1].failed[0]
