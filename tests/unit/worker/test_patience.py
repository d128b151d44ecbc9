"""How long an attempt that should stop may still go on."""

from worker.patience import Patience
from worker.stops import Stop


class _Attempt:
    """Should stop when a test says so, at a time that it says."""

    why: Stop | None = None
    now = 100.0


def test_patience_begins_when_the_attempt_should_stop():
    attempt = _Attempt()
    patience = Patience(30.0, lambda: attempt.why, clock=lambda: attempt.now)
    assert patience.exhausted() is None
    attempt.now += 1_000.0
    attempt.why = Stop.canceled
    assert patience.exhausted() is None, "it only just heard of it"
    attempt.now += 29.0
    assert patience.exhausted() is None
    attempt.now += 1.0
    assert patience.exhausted() is Stop.canceled


def test_an_attempt_that_need_not_stop_any_more_has_all_of_it_again():
    attempt = _Attempt()
    patience = Patience(30.0, lambda: attempt.why, clock=lambda: attempt.now)
    attempt.why = Stop.leaving
    assert patience.exhausted() is None
    attempt.why = None
    assert patience.exhausted() is None
    attempt.now, attempt.why = attempt.now + 60.0, Stop.leaving
    assert patience.exhausted() is None
