"""How slow a body may be: over any half minute after a grace, and in all."""

import pytest

from backend.intake.request_body import Pace, UploadTooSlow
from backend.settings import IntakeSettings

INTAKE = IntakeSettings(stall_seconds=30, min_bytes_per_second=10_000, body_seconds=600)


class Sender:
    """Sends so many bytes a second on a clock of its own, in pieces of half a second."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pace = Pace(INTAKE, clock=lambda: self.now)

    def send(self, bytes_per_second: int, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.5
            self.pace.add(bytes_per_second // 2)


def test_who_is_fast_enough_may_go_on() -> None:
    Sender().send(10_500, 599)


def test_a_drip_is_given_up_after_the_grace_and_one_window() -> None:
    sender = Sender()
    with pytest.raises(UploadTooSlow):
        sender.send(10, 600)
    assert 45 <= sender.now <= 49


def test_a_fast_beginning_does_not_pay_for_a_slow_end() -> None:
    sender = Sender()
    sender.send(1_000_000, 60)
    with pytest.raises(UploadTooSlow):
        sender.send(100, 600)
    assert sender.now <= 60 + 30 + 4


def test_a_pause_within_a_window_is_borne() -> None:
    sender = Sender()
    sender.send(100_000, 30)
    sender.now += 20
    sender.send(100_000, 30)


def test_no_body_may_take_longer_than_any_may() -> None:
    sender = Sender()
    with pytest.raises(UploadTooSlow, match="600 s"):
        sender.send(50_000, 700)
