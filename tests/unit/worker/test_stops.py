"""How a process hears that it should go."""

import os
import signal

from worker.stops import Departure


def test_a_term_signal_is_due_after_the_grace():
    departure = Departure(grace_seconds=0.0)
    with departure.listening():
        assert not departure.is_due
        os.kill(os.getpid(), signal.SIGTERM)
        assert departure.is_due


def test_within_the_grace_the_job_may_end():
    departure = Departure(grace_seconds=1_000.0)
    with departure.listening():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert not departure.is_due


def test_outside_of_a_job_others_listen():
    before = signal.getsignal(signal.SIGTERM)
    with Departure(1.0).listening():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
