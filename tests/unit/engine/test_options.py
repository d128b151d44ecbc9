"""What may be asked for, and what comes out for it."""

import pytest

from worker.engine.errors import InvalidOptions
from worker.engine.options import SeparationOptions

OFFERED = ("drums", "bass", "other", "vocals")


@pytest.mark.parametrize(
    "wrong",
    [
        {"stems": ("vocals",), "two_stems": "vocals"},
        {"stems": ()},
        {"shifts": -1},
        {"shifts": 11},
        {"overlap": 1.0},
        {"overlap": -0.1},
        {"overlap": float("nan")},
        {"clip": "soft"},
        {"max_seconds": 0.0},
    ],
)
def test_wrong_options_are_refused(wrong):
    with pytest.raises(InvalidOptions):
        SeparationOptions(**wrong)


@pytest.mark.parametrize("wrong", [{"stems": ("vocals", "kazoo")}, {"two_stems": "kazoo"}])
def test_a_stem_the_model_does_not_have_is_named(wrong):
    with pytest.raises(InvalidOptions, match=r"kazoo.*drums, bass, other, vocals"):
        SeparationOptions(**wrong).outputs(OFFERED)


@pytest.mark.parametrize(
    ("options", "computed", "outputs"),
    [
        ({}, OFFERED, OFFERED),
        ({"stems": ("vocals", "drums")}, ("drums", "vocals"), ("drums", "vocals")),
        ({"two_stems": "bass"}, ("bass",), ("bass", "no_bass")),
        ({"stems": ("bass",), "residual": True}, ("bass",), ("bass", "residual")),
    ],
)
def test_only_what_is_needed_is_computed(options, computed, outputs):
    asked = SeparationOptions(**options)
    assert asked.sources(OFFERED) == computed
    assert asked.outputs(OFFERED) == outputs
