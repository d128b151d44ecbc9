"""The meter's figures are those of the whole, its outline true, and its memory bounded."""

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.peaks import Peaks, PeaksMeter


def _metered(sound, step):
    meter = PeaksMeter()
    for start in range(0, sound.shape[1], step):
        meter.add(sound[:, start : start + step])
    return meter


def test_peak_rms_and_frames_are_those_of_the_whole(sweep):
    sound = sweep(100_003)
    meter = _metered(sound, 777)
    assert meter.frames == 100_003
    assert meter.peak == pytest.approx(np.abs(sound).max())
    assert meter.rms == pytest.approx(float(np.sqrt((sound.astype(np.float64) ** 2).mean())))


@pytest.mark.parametrize("frames", [64 * 16_384, 5_000_000, 64_000])
def test_the_outline_encloses_the_sound_tightly(frames):
    rng = np.random.default_rng(2)
    sound = (rng.normal(0.3, 0.05, (2, frames)) * np.linspace(0.1, 1, frames)).astype(np.float32)  # never about zero
    outline = _metered(sound, 65_536).peaks(50)
    assert (outline.points, outline.frames) == (50, frames)
    for index, part in enumerate(np.array_split(sound, 50, axis=1)):
        middle = part[:, part.shape[1] // 4 : -part.shape[1] // 4]
        assert outline.minimum[index] <= middle.min() + 1e-4
        assert outline.maximum[index] >= middle.max() - 1e-4
    assert max(outline.maximum) == pytest.approx(sound.max(), abs=1e-4)
    assert min(outline.minimum) == pytest.approx(sound.min(), abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(frames=st.integers(1, 20_000), step=st.integers(1, 9_000), points=st.integers(1, 400))
def test_how_the_blocks_were_cut_does_not_show(frames, step, points):
    sound = np.random.default_rng(frames).normal(0, 0.2, (1, frames)).astype(np.float32)
    assert _metered(sound, step).peaks(points) == _metered(sound, frames).peaks(points)


def test_silence_and_nothing_are_ordinary():
    empty = PeaksMeter()
    assert (empty.frames, empty.peak, empty.rms, empty.peaks(100)) == (0, 0.0, 0.0, Peaks(0, (), ()))
    silent = _metered(np.zeros((2, 1_000), np.float32), 100)
    assert (silent.peak, silent.rms) == (0.0, 0.0)
    assert set(silent.peaks(10).maximum) == {0.0}
    assert _metered(np.ones((1, 1), np.float32), 1).peaks(1_000).points == 1


def test_the_outline_goes_through_json_and_shrinks(sweep):
    outline = _metered(sweep(200_000), 65_536).peaks(1_000)
    assert Peaks.from_json(json.loads(json.dumps(outline.as_json()))) == outline
    assert outline.as_json()["points"] == 1_000
    small = outline.reduced(10)
    assert small.points == 10
    assert max(small.maximum) == max(outline.maximum)
    assert outline.reduced(5_000) == outline


def test_memory_does_not_grow_with_the_length():
    meter, block = PeaksMeter(), np.ones((2, 65_536), np.float32)
    meter.add(block)
    tracemalloc.start()
    try:
        for _ in range(600):
            meter.add(block)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 300_000
