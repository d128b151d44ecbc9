"""The stream gives what apply_model gives: every architecture, every awkward length, seams, shifts, bags."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ARCHITECTURES = ["HTDemucs", "HDemucs", "Demucs"]
SEGMENT = {"HTDemucs": 4_000, "HDemucs": 6_000, "Demucs": 6_000}


@pytest.mark.parametrize("shifts", [0, 1])
@pytest.mark.parametrize("length", ["one", "few", "short", "whole", "longer", "many"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_length(architecture, length, shifts, lab):
    segment = SEGMENT[architecture]
    frames = {"one": 1, "few": 7, "short": segment - 1, "whole": segment, "longer": segment + 1, "many": 21_111}
    module, mix = lab.module(architecture), lab.mix(frames[length])
    wanted = lab.reference(module, mix=mix, shifts=shifts, seed=11)
    lab.assert_alike(wanted, lab.separate(lab.separator(module), mix, shifts=shifts, seed=11))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("overlap", [0.0, 0.1, 0.5, 0.8])
def test_every_overlap(architecture, overlap, lab):
    module, mix = lab.module(architecture), lab.mix(14_000)
    wanted = lab.reference(module, mix=mix, overlap=overlap)
    lab.assert_alike(wanted, lab.separate(lab.separator(module), mix, shifts=0, overlap=overlap))


def test_no_seam_is_worse_than_the_rest(lab):
    module, mix = lab.module("HTDemucs"), lab.mix(30_000)
    wanted = np.stack(list(lab.reference(module, mix=mix).values()))
    found = np.stack(list(lab.separate(lab.separator(module), mix, shifts=0).values()))
    for seam in range(3_000, 30_000, 3_000):
        near = slice(seam - 50, seam + 50)
        assert lab.decibels(wanted[..., near], found[..., near]) >= 90.0


@pytest.mark.parametrize("shifts", [0, 3])
def test_a_bag_of_unlike_networks(shifts, lab):
    modules = [lab.module(name, seed=at) for at, name in enumerate(["HDemucs", "Demucs", "HTDemucs"])]
    weights = [[1.0, 0.5, 0.0, 1.0], [0.0, 0.5, 1.0, 1.0], [2.0, 0.0, 1.0, 0.0]]
    mix = lab.mix(17_000)
    wanted = lab.reference(*modules, mix=mix, weights=weights, shifts=shifts, seed=5)
    found = lab.separate(lab.separator(*modules, weights=weights), mix, shifts=shifts, seed=5)
    lab.assert_alike(wanted, found)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("sources", "channels"), [("a", 2), ("abcdef", 2), ("abcdef", 1), ("ab", 1)])
def test_any_number_of_sources_mono_or_stereo(sources, channels, architecture, lab):
    module = lab.module(architecture, sources=list(sources), audio_channels=channels)
    mix = lab.mix(9_000, channels)
    wanted = lab.reference(module, mix=mix, shifts=1, seed=2)
    lab.assert_alike(wanted, lab.separate(lab.separator(module), mix, shifts=1, seed=2))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.integers(1, 12_000),
    options=st.fixed_dictionaries(
        {"overlap": st.floats(0.0, 0.9), "shifts": st.integers(0, 2), "seed": st.integers(0, 2**32 - 1)}
    ),
    batch=st.integers(1, 5),
    block=st.integers(50, 5_000),
)
def test_whatever_the_arithmetic(frames, options, batch, block, lab):
    module, mix = lab.module("Demucs", depth=2), lab.mix(frames)
    separator = lab.separator(module)
    separator._members[0].network.batch_size = batch
    wanted = lab.reference(module, mix=mix, **options)
    lab.assert_alike(wanted, lab.separate(separator, mix, block=block, **options))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_batches_change_nothing(architecture, lab):
    separator, mix = lab.separator(lab.module(architecture)), lab.mix(25_000)
    one = lab.separate(separator, mix, shifts=2, seed=1)
    separator._members[0].network.batch_size = 4
    lab.assert_alike(one, lab.separate(separator, mix, shifts=2, seed=1))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(lab):
    separator, mix = lab.separator(lab.module("HTDemucs")), lab.mix(9_000)
    first, again, other = (lab.separate(separator, mix, shifts=1, seed=seed) for seed in (4, 4, 5))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["vocals"], other["vocals"])


@pytest.mark.parametrize(("precision", "least"), [("bfloat16", 40.0), ("float16", 50.0)])
def test_less_than_float32_is_near_enough(precision, least, lab):
    module, mix = lab.module("HTDemucs"), lab.mix(12_000)
    wanted = lab.reference(module, mix=mix)
    separator = lab.separator(module, precision=precision)
    assert separator.precision == precision
    lab.assert_alike(wanted, lab.separate(separator, mix, shifts=0), least)


@pytest.mark.parametrize("architecture", ["HDemucs", "Demucs"])
def test_networks_without_a_transformer_stay_in_float32(architecture, lab):
    assert lab.separator(lab.module(architecture), precision="bfloat16").precision == "float32"
