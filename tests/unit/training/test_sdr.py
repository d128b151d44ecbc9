"""The signal-to-distortion ratio is the Music Demixing Challenge's."""

import numpy as np
import pytest

from training.sdr import sdr


def test_a_tenth_of_the_amplitude_wrong_is_20_db_and_silence_is_0_db() -> None:
    truth = np.random.default_rng(1).standard_normal((2, 1000)).astype(np.float32)
    assert sdr(truth, truth * np.float32(0.9)) == pytest.approx(20, abs=0.01)
    assert sdr(truth, np.zeros_like(truth)) == pytest.approx(0, abs=0.01)
    assert sdr(truth, truth) > 100


def test_a_shift_by_one_frame_and_a_swapped_stem_cost() -> None:
    truth, another = np.random.default_rng(2).standard_normal((2, 2, 1000)).astype(np.float32)
    assert sdr(truth, np.roll(truth, 1, axis=1)) < 0
    assert sdr(truth, another) < 0


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="the estimate is"):
        sdr(np.zeros((2, 3), np.float32), np.zeros((2, 4), np.float32))
