"""What is made of separated stems."""

import numpy as np
import pytest

from worker.engine.mixdown import SILENCE_DB, ResidualMeter, complete, gain_for, level
from worker.engine.options import SeparationOptions


@pytest.fixture
def mix():
    return np.random.default_rng(1).standard_normal((2, 500)).astype(np.float32)


def test_everything_else_is_what_is_left_of_the_mix(mix):
    found = complete({"vocals": mix * 0.3}, mix, SeparationOptions(two_stems="vocals"))
    assert list(found) == ["vocals", "no_vocals"]
    assert np.abs(found["vocals"] + found["no_vocals"] - mix).max() < 1e-6


def test_with_the_residual_all_stems_sum_to_the_mix(mix):
    stems = {"drums": mix * 0.5, "bass": mix * 0.1}
    found = complete(stems, mix, SeparationOptions(residual=True))
    assert list(found) == ["drums", "bass", "residual"]
    assert np.abs(sum(found.values()) - mix).max() < 1e-6
    assert list(stems) == ["drums", "bass"]


@pytest.mark.parametrize(
    ("peak", "clip", "gain"), [(2.0, "joint", 0.5), (0.9, "joint", 1.0), (2.0, "clamp", 1.0), (2.0, "none", 1.0)]
)
def test_only_joint_lowers_and_only_what_is_too_loud(peak, clip, gain):
    assert gain_for(peak, clip) == gain


def test_levels_are_held_to_full_scale_unless_none_is_asked(mix):
    before = mix.copy()
    assert np.abs(level(mix * 9, 1.0, "clamp")).max() == 1.0
    assert np.array_equal(level(mix, 3.0, "none"), mix * np.float32(3.0))
    assert np.array_equal(mix, before)


def test_the_residual_is_measured_against_the_mix(mix):
    meter = ResidualMeter()
    meter.add(mix, [mix * 0.5, mix * 0.4])
    assert meter.residual_db == pytest.approx(-20.0, abs=0.01)


def test_an_exact_sum_has_a_floor_and_silence_has_no_residual(mix):
    exact, silent = ResidualMeter(), ResidualMeter()
    exact.add(mix, [mix])
    silent.add(np.zeros_like(mix), [mix])
    assert exact.residual_db == SILENCE_DB
    assert silent.residual_db is None
