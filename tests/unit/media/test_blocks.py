"""Blocks are cut to size without losing a frame."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from media.blocks import in_blocks_of


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(1, 40))
def test_sizes_are_exact_and_nothing_is_lost(lengths, frames):
    sound = np.arange(2 * sum(lengths), dtype=np.float32).reshape(2, -1)
    given_blocks = np.split(sound, np.cumsum(lengths)[:-1], axis=1) if lengths else []
    cut = list(in_blocks_of(frames, given_blocks))
    assert all(block.shape[1] == frames for block in cut[:-1])
    assert all(0 < block.shape[1] <= frames and block.flags["C_CONTIGUOUS"] for block in cut)
    assert np.array_equal(np.concatenate([np.zeros((2, 0), np.float32), *cut], axis=1), sound)
