"""How long an attempt may take."""

import time

import pytest

from contract.line.work import effort
from tests.builders import a_job, a_source
from worker.settings import TimeLimitSettings
from worker.time_limits import Deadline, TimeLimits

LIMITS = TimeLimits(TimeLimitSettings(least_seconds=60, patience=4, unmeasured=30, most_seconds=5_000), 600.0)


def job(seconds: float | None = 100.0, **options):
    plain = a_job(source=a_source(duration_seconds=seconds))
    return plain.model_copy(update={"options": plain.options.model_copy(update=options)})


@pytest.mark.parametrize(
    ("given", "speed", "expected"),
    [
        (job(), 0.5, 60 + 4 * 0.5 * 100),
        (job(shifts=3), 0.5, 60 + 4 * 0.5 * 100 * 3),
        (job(), None, 60 + 30 * 100),
        (job(None), 0.5, 60 + 4 * 0.5 * 600),
        (job(3_600.0), 10.0, 5_000),
    ],
)
def test_the_budget_follows_the_length_the_speed_and_the_work(given, speed, expected):
    assert LIMITS.budget_seconds(given, speed=speed) == pytest.approx(expected)


def test_more_overlap_is_more_work():
    assert effort(job(overlap=0.25).options) == 1
    assert effort(job(overlap=0.5).options) == pytest.approx(1.5)
    assert effort(job(shifts=0).options) == 1


def test_a_deadline_passes():
    now = time.monotonic()
    assert not Deadline(at=now + 60).passed
    assert Deadline(at=now - 1).passed
