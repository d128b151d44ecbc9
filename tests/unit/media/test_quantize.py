"""Whole numbers are the nearest, and every one of them survives the way there and back."""

import numpy as np

from media.quantize import as_int16, as_int24


def test_every_16_bit_number_survives():
    numbers = np.arange(-(2**15), 2**15)
    assert np.array_equal(as_int16((numbers / 2**15).astype(np.float32)[None])[0], numbers)


def test_24_bit_numbers_survive_in_the_upper_bytes():
    numbers = np.unique(
        np.concatenate([[-(2**23), 2**23 - 1], np.random.default_rng(0).integers(-(2**23), 2**23, 9_999)])
    )
    assert np.array_equal(as_int24((numbers / 2**23).astype(np.float32)[None])[0] >> 8, numbers)


def test_ends_are_cut():
    loud = np.array([[1.0, 1.5, -1.0, -1.5]], np.float32)
    assert as_int16(loud).tolist() == [[32_767, 32_767, -32_768, -32_768]]
    assert (as_int24(loud) >> 8).tolist() == [[8_388_607, 8_388_607, -8_388_608, -8_388_608]]
