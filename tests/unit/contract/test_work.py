"""How much work a job is."""

import pytest

from contract.line.paces import Paces
from contract.line.work import Work
from tests.builders import NOON, a_job, a_source

_SPEEDS = {("demo", "cpu"): 0.5, ("demo", "cuda"): 0.1, ("other", "cpu"): 9.0}


def a_song(seconds: float | None = 100.0, share: str = "", **options):
    plain = a_job(source=a_source(duration_seconds=seconds), share=share)
    return plain.model_copy(update={"options": plain.options.model_copy(update=options)})


def test_it_is_the_audio_times_the_passes_over_it():
    assert Work.of(a_song()).audio_seconds == 100
    assert Work.of(a_song(shifts=3)).audio_seconds == 300
    assert Work.of(a_song(None)).audio_seconds == 240


def test_it_takes_the_turn_of_its_share_else_of_its_tenant():
    assert Work.of(a_song()).share == "anonymous"
    assert Work.of(a_song(share="band")).share == "band"


def test_priorities_have_their_ranks():
    assert [Work.of(a_song(priority=name)).rank for name in ("high", "normal", "low")] == [0, 1, 2]


def test_seconds_are_those_of_the_device_else_the_mean_else_unknown():
    work = Work.of(a_song())
    paces, others, none = (Paces(speeds) for speeds in (_SPEEDS, {("other", "cpu"): 2.0}, {}))
    assert work.seconds(paces, "cuda") == pytest.approx(10)
    assert work.seconds(paces, "mps") == work.seconds(paces) == work.charged_seconds(paces) == pytest.approx(30)
    assert work.seconds(none) is None
    assert work.charged_seconds(others) == 200
    assert work.charged_seconds(none) == 100


def test_it_survives_being_written_down():
    work = Work.of(a_song(share="band"))
    assert Work.parse(work.as_json()) == work
    running = work.claimed(NOON, charge=12.3456)
    assert Work.parse(running.as_json()) == running
    assert running.charge == 12.346
