"""Percent of the whole job, time left, and how often they are told."""

import pytest

from worker.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_stages_follow_each_other_up_to_99(clock):
    progress = Progress(clock=clock)
    seen = []
    for stage in ("fetching", "decoding", "separating", "encoding", "storing"):
        for fraction in (0.0, 0.5, 1.0):
            clock.now += 1
            if step := progress.at(stage, fraction):
                seen.append(step.percent)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 99)


def test_it_never_falls(clock):
    progress = Progress(clock=clock)
    high = progress.at("separating", 0.9)
    clock.now += 1
    low = progress.at("decoding", 0.1)
    assert low.percent == high.percent


def test_at_most_four_are_told_in_a_second(clock):
    progress = Progress(clock=clock)
    told = 0
    for step in range(1_000):
        clock.now += 0.01
        told += progress.at("separating", step / 1_000) is not None
    assert 30 <= told <= 41


def test_a_new_stage_is_told_at_once(clock):
    progress = Progress(clock=clock)
    assert progress.at("fetching", 0.0)
    assert progress.at("fetching", 0.9) is None
    assert progress.at("decoding", 0.0).stage == "decoding"


def test_nothing_new_is_not_told(clock):
    progress = Progress(clock=clock)
    progress.at("separating", 0.5)
    clock.now += 60
    assert progress.at("separating", 0.5) is None


def test_the_time_left_is_the_expected_one_at_first_and_then_measured(clock):
    progress = Progress(expected_seconds=50.0, clock=clock)
    clock.now += 10
    assert progress.at("fetching", 0.0).eta_seconds == 40.0
    half = (50 - 8) / (85 - 8)
    step = progress.at("separating", half + 1e-9)
    assert (step.percent, round(step.eta_seconds)) == (50, 10)
    assert step.event().eta_seconds == pytest.approx(10.0, abs=0.1)


def test_without_any_knowledge_no_time_is_told(clock):
    assert Progress(clock=clock).at("fetching", 0.0).eta_seconds is None


def test_a_new_message_is_news_though_the_percent_is_not(clock):
    progress = Progress(clock=clock)
    assert progress.at("fetching", 0.0, "1 MB")
    assert progress.at("fetching", 0.0, "2 MB") is None, "too soon"
    clock.now += 1
    assert progress.at("fetching", 0.0, "2 MB")
    clock.now += 1
    assert progress.at("fetching", 0.0, "2 MB") is None
