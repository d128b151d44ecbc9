"""Measured speeds, on a real server."""

import pytest

from contract.line.speeds import SpeedBook


def test_a_speed_is_learned_and_moves_towards_the_newest(redis):
    book = SpeedBook(redis)
    assert book.of("demo") is None
    book.learn("demo", "cpu", audio_seconds=100, work_seconds=50)
    assert book.of("demo", "cpu") == 0.5
    book.learn("demo", "cpu", audio_seconds=100, work_seconds=100)
    assert book.of("demo", "cpu") == pytest.approx(0.65)


def test_without_a_device_it_is_the_mean_of_those_measured(redis):
    book = SpeedBook(redis)
    book.learn("demo", "cpu", audio_seconds=1, work_seconds=1)
    book.learn("demo", "cuda:0", audio_seconds=1, work_seconds=0.5)
    book.learn("other", "cpu", audio_seconds=1, work_seconds=9)
    assert book.of("demo") == 0.75
    assert book.of("demo", "mps") is None
    assert book.all() == {("demo", "cpu"): 1.0, ("demo", "cuda:0"): 0.5, ("other", "cpu"): 9.0}


def test_empty_audio_teaches_nothing(redis):
    book = SpeedBook(redis)
    book.learn("demo", "cpu", audio_seconds=0, work_seconds=1)
    assert book.all() == {}
