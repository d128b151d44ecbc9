"""Resampling in blocks gives the exact length, no shift, and what resampling at once gives."""

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from media.resample import Resampler, resampled_frames

PAIRS = [(44_100, 48_000), (48_000, 44_100), (44_100, 22_050), (8_000, 44_100), (96_000, 44_100), (192_000, 8_000)]


def _in_blocks(sound, source, target, step):
    resampler = Resampler(source, target, sound.shape[0])
    parts = [resampler.push(sound[:, start : start + step]) for start in range(0, sound.shape[1], step)]
    return np.concatenate([*parts, resampler.finish()], axis=1)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_the_length_is_exact_and_nothing_shifts(source, target):
    frames = source // 2 + 17
    tone = 500.0
    sound = np.stack([np.sin(2 * np.pi * tone * np.arange(frames) / source)] * 2).astype(np.float32)
    resampled = _in_blocks(sound, source, target, 4_099)
    assert resampled.shape == (2, round(frames * target / source))
    expected = np.sin(2 * np.pi * tone * np.arange(resampled.shape[1]) / target)
    middle = slice(target // 10, -target // 10)
    assert np.abs(resampled[0, middle] - expected[middle]).max() < 1e-3


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_how_the_blocks_were_cut_does_not_show(sweep, source, target):
    sound = sweep(30_000, rate=source)
    at_once = soxr.resample(sound.T, source, target, quality="HQ").T
    for step in (30_000, 1_000, 77):
        resampled = _in_blocks(sound, source, target, step)
        assert np.abs(resampled[:, : at_once.shape[1]] - at_once[:, : resampled.shape[1]]).max() < 1e-5


@settings(max_examples=60, deadline=None)
@given(frames=st.integers(0, 3_000), step=st.integers(1, 1_500), pair=st.sampled_from(PAIRS))
def test_any_length_is_exact(frames, step, pair):
    resampled = _in_blocks(np.ones((1, frames), np.float32), *pair, step)
    assert resampled.shape[1] == resampled_frames(frames, *pair)
    assert abs(resampled.shape[1] - frames * pair[1] / pair[0]) <= 1.0


def test_some_audio_never_becomes_none():
    assert resampled_frames(1, 192_000, 8_000) == 1
    assert resampled_frames(0, 192_000, 8_000) == 0
