"""The bundled model is found, verified, loaded and separates: each stem is nearest to the true stem of its name."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from media.decode import decode
from worker.engine import WeightsStore, load_recipes, load_separator
from worker.engine.fast.forms import has_bfloat16

SONG = Path(__file__).parents[2] / "cli" / "demo"
FRAMES = 6 * 44_100


def opening(name):
    blocks = islice(decode(SONG / f"{name}.flac"), 8)
    return np.concatenate(list(blocks), axis=-1)[:, :FRAMES]


@pytest.fixture
def store(tmp_path):
    return WeightsStore(tmp_path / "cache", fetch=False)


def test_it_is_ready_without_any_network(store):
    recipe = load_recipes()["demo"]
    assert store.state(recipe) == "ready"
    store.verify(recipe)
    store.fetch(recipe)
    assert recipe.sources == ("drums", "bass", "other", "vocals")


def test_every_stem_is_its_own(lab, store):
    separator = load_separator("demo", device="cpu", weights=store)
    found = lab.separate(separator, opening("mix"), shifts=0, block=44_100)
    for name, stem in found.items():
        measured = {true: lab.decibels(opening(true), stem) for true in separator.sources}
        assert max(measured, key=measured.get) == name
        assert measured[name] > 2.0


def test_it_takes_its_faster_form_and_gives_the_same_bytes_each_time(lab, store):
    mix = opening("mix")
    first, again = (load_separator("demo", device="cpu", weights=store) for _ in range(2))
    assert first.precision == ("bfloat16" if has_bfloat16() else "float32")
    one, two = (lab.separate(separator, mix, seed=3, block=44_100) for separator in (first, again))
    assert all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize(("precision", "least"), [("float32", 90.0), ("bfloat16", 40.0)])
def test_in_any_precision_it_is_near_what_demucs_makes_of_it(precision, least, lab, store):
    separator = load_separator("demo", device="cpu", precision=precision, weights=store)
    network = separator._members[0].network
    batch = opening("mix")[np.newaxis, :, : network.window_frames(1)]
    assert separator.precision == precision
    assert lab.decibels(network.precise(batch), network.forward(batch)) > least
