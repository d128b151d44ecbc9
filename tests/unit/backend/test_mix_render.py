"""Mixes add up: unit gains give the recording back, within what the format holds, in any form of stems."""

from pathlib import Path

import numpy as np
import pytest

from backend.mixes.render import Part, Target, Unwanted, panned, render
from media.decode import decode
from media.encode import Encoder
from media.formats import BitDepth, FormatName, OutputFormat

RATE = 44_100
FLOAT = OutputFormat("wav", "32f")
# Half a step of the last bit for each stem that was rounded, and for the mix.
STEPS = {("wav", "16"): 5 / 2 / 2**15, ("flac", "24"): 5 / 2 / 2**23, ("wav", "32f"): 1e-6}


def written(path: Path, samples: np.ndarray, kind: OutputFormat = FLOAT) -> Path:
    with Encoder(path, kind, sample_rate=RATE, channels=samples.shape[0]) as encoder:
        encoder.write(samples)
    return path


def noise(seed: int, frames: int = 3 * RATE, channels: int = 2, level: float = 0.1) -> np.ndarray:
    return (
        (np.random.default_rng(seed).standard_normal((channels, frames)) * level).astype(np.float32).clip(-0.24, 0.24)
    )


def samples_of(path: Path) -> np.ndarray:
    return np.concatenate(list(decode(path)), axis=1)


@pytest.mark.parametrize(("name", "depth"), STEPS)
def test_unit_gains_give_the_recording_back(tmp_path: Path, name: FormatName, depth: BitDepth) -> None:
    stems = [noise(seed) for seed in range(4)]
    parts = [
        Part(written(tmp_path / f"{i}", stem, OutputFormat(name, depth)), 1.0, 0.0) for i, stem in enumerate(stems)
    ]
    made = render(parts, Target(tmp_path / "mix", OutputFormat(name, depth), RATE, 2))
    mix = samples_of(tmp_path / "mix")
    assert mix.shape == (2, 3 * RATE)
    assert np.abs(mix - sum(stems)).max() <= STEPS[name, depth]
    assert (made.frames, made.gain) == (3 * RATE, 1.0)


def test_gains_and_pans_are_those_of_the_player(tmp_path: Path) -> None:
    stem = noise(1)
    part = Part(written(tmp_path / "stem", stem), 0.5, -1.0)
    render([part], Target(tmp_path / "mix", FLOAT, RATE, 2))
    mix = samples_of(tmp_path / "mix")
    np.testing.assert_allclose(mix[0], (stem[0] + stem[1]) * 0.5, atol=1e-6)
    np.testing.assert_allclose(mix[1], 0.0, atol=1e-7)


def test_panning_keeps_the_middle_exact_and_mirrors() -> None:
    assert np.array_equal(panned(0.0), np.eye(2))
    np.testing.assert_allclose(panned(0.3), panned(-0.3)[::-1, ::-1], atol=1e-7)


def test_a_sum_above_full_scale_is_turned_down_as_a_whole(tmp_path: Path) -> None:
    stem = noise(2, level=0.2) / 0.24 * 0.8
    parts = [Part(written(tmp_path / "stem", stem), 1.0, 0.0)] * 2
    made = render(parts, Target(tmp_path / "mix", OutputFormat("wav", "16"), RATE, 2))
    assert made.gain == pytest.approx(1 / 1.6, rel=1e-3)
    np.testing.assert_allclose(samples_of(tmp_path / "mix"), stem * 2 * made.gain, atol=2 / 2**15)
    loud = render(parts, Target(tmp_path / "float", FLOAT, RATE, 2))
    assert (loud.gain, loud.peak) == (1.0, pytest.approx(1.6, rel=1e-3))


def test_mono_stems_stay_mono_until_one_is_panned(tmp_path: Path) -> None:
    stem = written(tmp_path / "stem", noise(3, channels=1))
    assert render([Part(stem, 1.0, 0.0)], Target(tmp_path / "a", FLOAT, RATE, 1)).channels == 1
    assert render([Part(stem, 1.0, 0.5)], Target(tmp_path / "b", FLOAT, RATE, 1)).channels == 2


def test_the_longest_stem_ends_the_mix(tmp_path: Path) -> None:
    parts = [Part(written(tmp_path / str(n), noise(n, frames=n)), 1.0, 0.0) for n in (100_000, 70_000)]
    assert render(parts, Target(tmp_path / "mix", FLOAT, RATE, 2)).frames == 100_000


def test_what_nobody_waits_for_is_given_up_between_two_blocks(tmp_path: Path) -> None:
    asked = iter([False, True])
    part = Part(written(tmp_path / "stem", noise(4, frames=10 * RATE)), 1.0, 0.0)
    with pytest.raises(Unwanted):
        render([part], Target(tmp_path / "mix", FLOAT, RATE, 2), is_unwanted=lambda: next(asked))
    assert not (tmp_path / "mix").exists()
