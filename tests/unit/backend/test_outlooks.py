"""How often the line is worked out. The store stands in: one job, which takes as much work to read as it is told."""

import threading
import time
from typing import Any

import pytest

from backend.view.outlooks import Outlooks
from contract.line.fair_order import Line, Waiting
from contract.line.work import Work
from tests.service_process import wait_for

WORK = Work(share="a", rank=1, model="demo", audio_seconds=10.0)


class OneLine:
    """A store, its speeds and its workers, as far as outlooks ask them."""

    def __init__(self, seconds: float) -> None:
        self.moves, self.reads, self._seconds = 1, 0, seconds
        self.held, self.hold = threading.Event(), threading.Event()
        self.hold.set()

    def line_moves(self) -> int:
        return self.moves

    def line(self) -> Line:
        self.reads += 1
        until = time.thread_time() + self._seconds
        while time.thread_time() < until:  # a long line
            pass
        if not self.hold.is_set():
            self.held.set()
            self.hold.wait(10)
        return Line(0.0, (Waiting(f"job-{self.moves}", 0.0, WORK),))

    def live(self) -> list[Any]:
        return []

    def all(self) -> dict[tuple[str, str], float]:
        return {("demo", "cpu"): 2.0}


def outlooks(line: OneLine) -> Outlooks:
    return Outlooks(line, line, line)


def test_a_line_that_stands_still_is_worked_out_once():
    line = OneLine(0.0)
    looking = outlooks(line)
    assert [looking.of("job-1").done_in for _ in range(5)] == [20.0] * 5
    assert line.reads == 1


def test_a_short_line_is_worked_out_whenever_it_moved():
    line = OneLine(0.0)
    looking = outlooks(line)
    looking.now()
    line.moves = 2
    wait_for(lambda: looking.of("job-2"))
    assert looking.of("job-1") is None


@pytest.mark.parametrize("asked", ["job-1", "job-2"])
def test_a_long_line_takes_a_twentieth_of_the_time_at_most(asked):
    line = OneLine(0.08)
    looking = outlooks(line)
    looking.now()
    line.moves = 2
    assert (looking.of(asked) is None) == (asked == "job-2")
    assert line.reads == 1


def test_nobody_waits_while_another_reads_a_long_line(monkeypatch):
    monkeypatch.setattr("backend.view.outlooks._LONGEST_SECONDS", 60.0)
    line = OneLine(0.02)
    looking = outlooks(line)
    looking.now()
    line.moves, line.hold = 2, threading.Event()
    reader = threading.Thread(target=lambda: wait_for(lambda: looking.of("job-2")))
    reader.start()
    try:
        line.held.wait(10)
        assert looking.of("job-1").done_in == 20.0
    finally:
        line.hold.set()
        reader.join()
    assert line.reads == 2
