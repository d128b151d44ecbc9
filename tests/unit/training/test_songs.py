"""The songs are repeatable, exact, audible and within range."""

import numpy as np
import pytest

from training.songs import SAMPLE_RATE, STEMS, compose


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_song_is_the_exact_sum_of_its_audible_stems(seed: int) -> None:
    song = compose(seed, 4)
    assert tuple(song.stems) == STEMS
    total = sum((song.stems[name] for name in STEMS[1:]), song.stems[STEMS[0]])
    assert np.array_equal(song.mix, total)
    assert np.abs(song.mix).max() <= 1
    for stem in song.stems.values():
        assert stem.dtype == np.float32
        assert stem.shape == (2, 4 * SAMPLE_RATE)
        assert np.abs(stem).max() <= 1
        assert np.sqrt(np.mean(stem**2)) > 0.005


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_song() -> None:
    assert compose(7, 2).mix.tobytes() == compose(7, 2).mix.tobytes()
    assert compose(7, 2).mix.tobytes() != compose(8, 2).mix.tobytes()


@pytest.mark.parametrize("seconds", [0.5, 601])
def test_a_length_out_of_range_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="1 to 600 seconds"):
        compose(1, seconds)
