"""Where segments lie and how much they count."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.engine.plan import batches, draw_origins, passes, triangle

walks = st.builds(
    lambda frames, segment, overlap, back: passes(frames=frames, segment=segment, overlap=overlap, origins=(-back,))[0],
    frames=st.integers(1, 5_000),
    segment=st.integers(2, 700),
    overlap=st.floats(0.0, 0.95),
    back=st.integers(0, 900),
)


@settings(deadline=None)
@given(walks)
def test_the_weights_over_every_frame_sum_to_one(walk):
    total = np.zeros(walk.frames - walk.origin)
    for chunk in walk.chunks():
        start = chunk.start - walk.origin
        total[start : start + chunk.frames] += walk.weights(chunk)
    assert np.abs(total - 1.0).max() < 1e-5


@settings(deadline=None)
@given(walks)
def test_chunks_are_counted_in_order_and_end_with_the_mix(walk):
    chunks = list(walk.chunks())
    assert len(chunks) == walk.count
    assert [chunk.start for chunk in chunks] == sorted({chunk.start for chunk in chunks})
    assert all(0 < chunk.frames <= walk.segment for chunk in chunks)
    assert chunks[-1].start + chunks[-1].frames == walk.frames


@given(st.integers(2, 300))
def test_the_triangle_rises_and_falls_and_is_never_zero(segment):
    weights = triangle(segment)
    assert weights.shape == (segment,)
    assert weights.max() == 1.0
    assert weights.min() > 0.0
    assert np.all(np.diff(weights[: segment // 2]) > 0)
    assert np.all(np.diff(weights[segment // 2 :]) < 0)


def test_a_stride_is_what_the_overlap_leaves():
    (walk,) = passes(frames=100, segment=40, overlap=0.25, origins=(0,))
    assert [(chunk.start, chunk.frames) for chunk in walk.chunks()] == [(0, 40), (30, 40), (60, 40), (90, 10)]


def test_origins_are_drawn_as_demucs_draws_its_shifts():
    draw = random.Random(7)
    expected = [[draw.randint(0, 22_050) - 22_050 for _ in range(2)] for _ in range(3)]
    origins = draw_origins(models=3, shifts=2, seed=7, sample_rate=44_100)
    assert [list(own) for own in origins] == expected


def test_no_shifts_are_one_pass_from_the_start():
    assert draw_origins(models=2, shifts=0, seed=7, sample_rate=44_100) == ((0,), (0,))


@pytest.mark.parametrize("size", [1, 3, 100])
def test_batches_hold_every_chunk_once_in_time_and_alike(size):
    several = passes(frames=1_000, segment=90, overlap=0.3, origins=(0, -17, -60))
    found = list(batches(several, size=size, window=lambda frames: -(-frames // 50)))
    steps = [step for batch in found for step in batch]
    starts = [chunk.start for _, chunk in steps]
    assert starts == sorted(starts)
    assert len(steps) == sum(walk.count for walk in several)
    assert all(len(batch) <= size for batch in found)
    assert all(len({-(-chunk.frames // 50) for _, chunk in batch}) == 1 for batch in found)
