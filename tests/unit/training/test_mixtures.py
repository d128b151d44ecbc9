"""Examples are drawn repeatably from a library that is composed in processes of its own."""

from pathlib import Path

import numpy as np
import pytest

from training.library import Library, main, opened, quantized
from training.mixtures import Mixtures


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    path: Path = tmp_path_factory.mktemp("library") / "songs.npy"
    main(["--out", str(path), "--songs", "3", "--seconds", "1", "--processes", "1", "--first-seed", "40"])
    return opened(path)


def test_a_library_holds_the_songs_of_its_seeds(library: Library) -> None:
    assert library.shape == (3, 4, 2, 44_100)
    assert np.array_equal(library[2], quantized(42, 1.0))


def test_the_same_seed_draws_the_same_examples(library: Library) -> None:
    first, again = Mixtures(library, 5).batch(3, 4_410), Mixtures(library, 5).batch(3, 4_410)
    assert first.shape == (3, 4, 2, 4_410)
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert not np.array_equal(first, Mixtures(library, 6).batch(3, 4_410))
