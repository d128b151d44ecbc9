"""How often the line is worked out. The store stands in: a line of one job that takes as long to read as it is told."""

import time
from typing import Any

import pytest

from backend.outlooks import Outlooks
from contract.fair_order import Line, Waiting
from contract.work import Work
from tests.service_process import wait_for

WORK = Work(share="a", rank=1, model="demo", audio_seconds=10.0)


class OneLine:
    """A store, its speeds and its workers, as far as outlooks ask them."""

    def __init__(self, seconds: float) -> None:
        self.moves, self.reads, self._seconds = 1, 0, seconds

    def line_moves(self) -> int:
        return self.moves

    def line(self) -> Line:
        self.reads += 1
        time.sleep(self._seconds)  # a long line
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
def test_a_long_line_takes_a_tenth_of_the_time_at_most(asked):
    line = OneLine(0.08)
    looking = outlooks(line)
    looking.now()
    line.moves = 2
    assert (looking.of(asked) is None) == (asked == "job-2")
    assert line.reads == 1
