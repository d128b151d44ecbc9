"""Channels are duplicated, averaged or mixed down, never louder than they were."""

import numpy as np
import pytest

from media.downmix import in_channels
from media.errors import UnsupportedMedia

SURROUND = ("FL", "FR", "FC", "LFE", "BL", "BR")


def _only(channel, channels):
    samples = np.zeros((channels, 8), np.float32)
    samples[channel] = 1.0
    return samples


def test_the_wanted_number_passes_untouched():
    samples = _only(0, 2)
    assert in_channels(samples, ("FL", "FR"), 2) is samples


def test_mono_is_duplicated_and_stereo_averaged():
    assert in_channels(_only(0, 1), ("FC",), 2).tolist() == [[1.0] * 8] * 2
    assert in_channels(_only(1, 2), ("FL", "FR"), 1).tolist() == [[0.5] * 8]


@pytest.mark.parametrize("layout", [SURROUND, ("NONE",) * 6])
def test_surround_goes_to_the_right_side(layout):
    left, right = (in_channels(_only(channel, 6), layout, 2)[:, 0] for channel in (0, 1))
    assert left[0] > 0.3
    assert left[1] == 0
    assert np.array_equal(left[::-1], right)
    centre = in_channels(_only(2, 6), layout, 2)[:, 0]
    assert centre[0] == centre[1] > 0.2
    assert not in_channels(_only(3, 6), layout, 2).any()
    assert in_channels(_only(4, 6), layout, 2)[0, 0] > in_channels(_only(4, 6), layout, 2)[1, 0] == 0


@pytest.mark.parametrize("channels", range(3, 9))
def test_the_peak_never_grows(channels):
    loudest = np.ones((channels, 4), np.float32)
    assert np.abs(in_channels(loudest, ("NONE",) * channels, 2)).max() <= 1.0 + 1e-6
    assert in_channels(loudest, ("TFL",) * channels, 1).shape == (1, 4)


def test_channels_are_not_invented():
    with pytest.raises(UnsupportedMedia, match="changes from 6 to 2 channels"):
        in_channels(_only(0, 2), ("FL", "FR"), 6)
