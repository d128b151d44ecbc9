"""A command's options become the request a server or the engine gets, or a sentence that names the option."""

import pytest

from cli.errors import WrongUse
from cli.job_options import as_fields, checked


def test_what_was_not_given_stays_open() -> None:
    assert as_fields(checked(model=None, shifts=None, residual=None)) == {}


def test_given_options_are_understood() -> None:
    request = checked(stems="vocals, drums", sample_rate="48000", shifts=0, format="flac", bit_depth="24")
    assert as_fields(request) == {
        "stems": ["vocals", "drums"],
        "sample_rate": 48_000,
        "shifts": 0,
        "format": "flac",
        "bit_depth": "24",
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"shifts": 11}, "--shifts: .*10"),
        ({"sample_rate": "fast"}, "--sample-rate"),
        ({"stems": "vocals", "two_stems": "vocals"}, "not both"),
        ({"format": "flac", "bit_depth": "32f"}, "wav for 32f"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        checked(**given)
