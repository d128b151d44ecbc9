"""The stream gives what apply_model gives: every architecture, every awkward length, seams, shifts, bags."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ARCHITECTURES = ["HTDemucs", "HDemucs", "Demucs"]
SEGMENT = {"HTDemucs": 4_000, "HDemucs": 6_000, "Demucs": 6_000}
ENOUGH_DB = 90.0


def assert_alike(wanted, found, decibels) -> None:
    assert list(wanted) == list(found)
    for name, stem in wanted.items():
        assert decibels(stem, found[name]) >= ENOUGH_DB, name


@pytest.mark.parametrize("shifts", [0, 1])
@pytest.mark.parametrize("length", ["one", "few", "short", "whole", "longer", "many"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_length(
    architecture, length, shifts, make_module, make_separator, make_mix, reference, separate, decibels
):
    segment = SEGMENT[architecture]
    frames = {"one": 1, "few": 7, "short": segment - 1, "whole": segment, "longer": segment + 1, "many": 21_111}
    module, mix = make_module(architecture), make_mix(frames[length])
    wanted = reference([module], mix, shifts=shifts, seed=11)
    assert_alike(wanted, separate(make_separator([module]), mix, shifts=shifts, seed=11), decibels)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("overlap", [0.0, 0.1, 0.5, 0.8])
def test_every_overlap(architecture, overlap, make_module, make_separator, make_mix, reference, separate, decibels):
    module, mix = make_module(architecture), make_mix(14_000)
    wanted = reference([module], mix, overlap=overlap)
    assert_alike(wanted, separate(make_separator([module]), mix, shifts=0, overlap=overlap), decibels)


def test_no_seam_is_worse_than_the_rest(make_module, make_separator, make_mix, reference, separate, decibels):
    module, mix = make_module("HTDemucs"), make_mix(30_000)
    wanted = np.stack(list(reference([module], mix).values()))
    found = np.stack(list(separate(make_separator([module]), mix, shifts=0).values()))
    for seam in range(3_000, 30_000, 3_000):
        near = slice(seam - 50, seam + 50)
        assert decibels(wanted[..., near], found[..., near]) >= ENOUGH_DB


@pytest.mark.parametrize("shifts", [0, 3])
def test_a_bag_of_unlike_networks(shifts, make_module, make_separator, make_mix, reference, separate, decibels):
    modules = [make_module(name, seed=at) for at, name in enumerate(["HDemucs", "Demucs", "HTDemucs"])]
    weights = [[1.0, 0.5, 0.0, 1.0], [0.0, 0.5, 1.0, 1.0], [2.0, 0.0, 1.0, 0.0]]
    mix = make_mix(17_000)
    wanted = reference(modules, mix, weights=weights, shifts=shifts, seed=5)
    found = separate(make_separator(modules, weights), mix, shifts=shifts, seed=5)
    assert_alike(wanted, found, decibels)


@pytest.mark.parametrize(("sources", "channels"), [(["lead"], 2), (["a", "b", "c", "d", "e", "f"], 1), (["x", "y"], 1)])
def test_any_number_of_sources_mono_or_stereo(
    sources, channels, make_module, make_separator, make_mix, reference, separate, decibels
):
    module = make_module("HTDemucs", sources=sources, audio_channels=channels)
    mix = make_mix(9_000, channels)
    wanted = reference([module], mix, shifts=1, seed=2)
    assert_alike(wanted, separate(make_separator([module]), mix, shifts=1, seed=2), decibels)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.integers(1, 12_000),
    overlap=st.floats(0.0, 0.9),
    shifts=st.integers(0, 2),
    batch=st.integers(1, 5),
    block=st.integers(1, 5_000).filter(lambda block: block > 50),
    seed=st.integers(0, 2**32 - 1),
)
def test_whatever_the_arithmetic(
    frames, overlap, shifts, batch, block, seed, make_module, make_separator, make_mix, reference, separate, decibels
):
    module, mix = make_module("Demucs", depth=2), make_mix(frames)
    separator = make_separator([module])
    separator._members[0].network.batch_size = batch
    wanted = reference([module], mix, shifts=shifts, overlap=overlap, seed=seed)
    found = separate(separator, mix, shifts=shifts, overlap=overlap, seed=seed, block=block)
    assert_alike(wanted, found, decibels)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_batches_change_nothing(architecture, make_module, make_separator, make_mix, separate, decibels):
    separator, mix = make_separator([make_module(architecture)]), make_mix(25_000)
    one = separate(separator, mix, shifts=2, seed=1)
    separator._members[0].network.batch_size = 4
    assert_alike(one, separate(separator, mix, shifts=2, seed=1), decibels)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(make_module, make_separator, make_mix, separate):
    separator, mix = make_separator([make_module("HTDemucs")]), make_mix(9_000)
    first, again, other = (separate(separator, mix, shifts=1, seed=seed) for seed in (4, 4, 5))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["vocals"], other["vocals"])


@pytest.mark.parametrize(("precision", "least_db"), [("bfloat16", 40.0), ("float16", 50.0)])
def test_less_than_float32_is_near_enough(
    precision, least_db, make_module, make_separator, make_mix, reference, separate, decibels
):
    module, mix = make_module("HTDemucs"), make_mix(12_000)
    wanted = reference([module], mix)
    separator = make_separator([module], precision=precision)
    assert separator.precision == precision
    found = separate(separator, mix, shifts=0)
    assert all(decibels(wanted[name], found[name]) >= least_db for name in wanted)


@pytest.mark.parametrize("architecture", ["HDemucs", "Demucs"])
def test_networks_without_a_transformer_stay_in_float32(architecture, make_module, make_separator):
    assert make_separator([make_module(architecture)], precision="bfloat16").precision == "float32"
