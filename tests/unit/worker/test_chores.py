"""What a worker does on the side, and how it stops doing it."""

import threading

from worker.upkeep.chores import Chore

SECONDS = 30.0


def test_stopping_waits_for_what_is_being_done() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def act() -> None:
        begun.set()
        go_on.wait(SECONDS)
        done.set()

    chore = Chore("slow", SECONDS, act)
    chore.start()
    assert begun.wait(SECONDS)
    threading.Timer(0.05, go_on.set).start()
    chore.stop(patience_seconds=SECONDS)
    assert done.is_set()


def test_a_chore_that_never_began_is_stopped_at_once() -> None:
    Chore("idle", SECONDS, lambda: None).stop(patience_seconds=SECONDS)


def test_a_turn_that_goes_wrong_is_not_the_last() -> None:
    turns, twice = [], threading.Event()

    def act() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise ValueError("once")
        twice.set()

    chore = Chore("clumsy", SECONDS, act)
    chore.start()
    while not twice.is_set():
        chore.now()
        twice.wait(0.01)
    chore.stop(patience_seconds=SECONDS)
    assert len(turns) >= 2
