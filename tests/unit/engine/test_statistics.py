"""Mean and deviation of a mix that streams by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.engine.statistics import StatisticsMeter


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.integers(0, 2**32 - 1), st.floats(-5, 5))
def test_blocks_give_what_the_whole_gives(lengths, seed, offset):
    mix = (np.random.default_rng(seed).standard_normal((2, sum(lengths))) + offset).astype(np.float32)
    meter, start = StatisticsMeter(), 0
    for length in lengths:
        meter.add(mix[:, start : start + length])
        start += length
    mono = mix.astype(np.float64).mean(axis=0)
    assert meter.frames == len(mono)
    assert meter.statistics.mean == pytest.approx(mono.mean() if len(mono) else 0.0, abs=1e-9)
    assert meter.statistics.deviation == pytest.approx(mono.std(ddof=1) if len(mono) > 1 else 0.0, abs=1e-9)


def test_a_small_signal_on_a_large_offset_is_not_lost():
    ripple = np.tile(np.array([[1.0, 1.0 + 2**-20]], np.float32), (2, 50_000))
    meter = StatisticsMeter()
    for start in range(0, ripple.shape[1], 977):
        meter.add(ripple[:, start : start + 977])
    assert meter.statistics.deviation == pytest.approx(2**-21, rel=1e-4)


def test_silence_is_not_divided_by():
    meter = StatisticsMeter()
    meter.add(np.zeros((2, 10), np.float32))
    assert meter.statistics.scale == 1e-8
