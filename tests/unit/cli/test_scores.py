"""A wrong stem cannot look like a right one."""

import math
from pathlib import Path

import numpy as np
import pytest

from cli.scores import score
from media.encode import Encoder, OutputFormat

RATE = 44_100


def written(path: Path, samples: np.ndarray) -> Path:
    with Encoder(path, OutputFormat("wav", "32f"), sample_rate=RATE, channels=samples.shape[0]) as encoder:
        encoder.write(samples.astype(np.float32))
    return path


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(3).uniform(-0.5, 0.5, (2, RATE)).astype(np.float32)


def test_a_tenth_of_error_is_twenty_decibels(tmp_path: Path, noise: np.ndarray) -> None:
    found = score("drums", written(tmp_path / "made.wav", noise * 0.9), written(tmp_path / "true.wav", noise))
    assert found.sdr_db == pytest.approx(20.0, abs=0.01)
    assert found.difference is None
    assert found.seconds == 1.0
    assert found.peak_dbfs == pytest.approx(20 * math.log10(0.45), abs=0.01)


def test_a_gain_for_all_stems_is_no_error(tmp_path: Path, noise: np.ndarray) -> None:
    made, true = written(tmp_path / "made.wav", noise * 0.5), written(tmp_path / "true.wav", noise)
    assert score("drums", made, true, gain=0.5).sdr_db > 100
    assert score("drums", made, true).sdr_db == pytest.approx(6.02, abs=0.01)


@pytest.mark.parametrize("wrong", ["silent", "shifted"])
def test_silence_and_shifts_are_worth_nothing(tmp_path: Path, noise: np.ndarray, wrong: str) -> None:
    made = np.zeros_like(noise) if wrong == "silent" else np.roll(noise, 100, axis=1)
    found = score("drums", written(tmp_path / "made.wav", made), written(tmp_path / "true.wav", noise))
    assert found.sdr_db < 0.1


def test_another_length_is_told(tmp_path: Path, noise: np.ndarray) -> None:
    found = score("drums", written(tmp_path / "made.wav", noise[:, 1:]), written(tmp_path / "true.wav", noise))
    assert found.difference == "44099 frames instead of 44100"
    assert found.sdr_db == -math.inf
