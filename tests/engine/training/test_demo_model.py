"""The bundled demo model separates songs it has never heard, stem by stem, under the names it claims."""

import hashlib
import tomllib
from pathlib import Path

from training.evaluate import table
from training.network import SETTINGS, loaded
from training.songs import STEMS, compose
from training.trial import HELD_OUT_SEED, measured

_MODELS = Path(__file__).parents[3] / "worker" / "engine" / "models"
_LEAST_DECIBELS = 3.0


def test_the_description_fits_the_weights() -> None:
    facts = tomllib.loads((_MODELS / "demo.toml").read_text(encoding="utf-8"))
    assert facts["sha256"] == hashlib.sha256((_MODELS / "demo.safetensors").read_bytes()).hexdigest()
    assert facts["kwargs"] == SETTINGS
    assert facts["sources"] == list(STEMS)


def test_every_stem_of_an_unheard_song_comes_out() -> None:
    network = loaded(_MODELS / "demo.safetensors", _MODELS / "demo.toml")
    figures = measured(network, compose(HELD_OUT_SEED, 4.0))
    assert min(figures.values()) > _LEAST_DECIBELS, figures


def test_the_table_has_a_row_a_stem() -> None:
    text = table([dict.fromkeys(STEMS, 1.0), dict.fromkeys(STEMS, 3.0)], seconds=12)
    assert "| drums | 2.00 | 2.00 | 1.00 | 3.00 |" in text
    assert "**2.00**" in text
