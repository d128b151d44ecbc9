"""The bundled model is found, verified, loaded and separates: each stem is nearest to the true stem of its name."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from media.decode import decode
from worker.engine import WeightsStore, load_recipes, load_separator

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
