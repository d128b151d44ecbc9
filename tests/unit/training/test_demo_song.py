"""The demo song's files add up exactly, and the bundled ones are the song of its seed."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.decode import decode
from training.demo_song import SECONDS, main
from training.songs import SAMPLE_RATE, STEMS

_BUNDLED = Path(__file__).parents[3] / "cli" / "demo"


def _read(path: Path) -> NDArray[np.float32]:
    return np.concatenate(list(decode(path)), axis=1)


def test_the_files_written_add_up_to_the_mix_exactly(tmp_path: Path) -> None:
    main(["--out", str(tmp_path), "--seconds", "2"])
    assert np.array_equal(_read(tmp_path / "mix.flac"), sum(_read(tmp_path / f"{name}.flac") for name in STEMS))


def test_the_bundled_song_is_whole_audible_and_the_sum_of_its_stems() -> None:
    stems = [_read(_BUNDLED / f"{name}.flac") for name in STEMS]
    assert np.array_equal(_read(_BUNDLED / "mix.flac"), sum(stems))
    for stem in stems:
        assert stem.shape == (2, round(SECONDS * SAMPLE_RATE))
        assert np.sqrt(np.mean(stem**2)) > 0.01
