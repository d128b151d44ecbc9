"""What a request may ask for, and what becomes of it."""

import pytest
from pydantic import ValidationError

from contract.catalog import load_catalog
from contract.errors import FieldProblem, UnknownModel
from contract.options import JobOptions, JobRequest, resolve

CATALOG = load_catalog()


def resolved(**asked) -> JobOptions:
    return resolve(JobRequest.model_validate(asked), CATALOG)


def test_with_nothing_asked_everything_has_a_default():
    options = resolved()
    assert (options.model, options.default_model) == ("htdemucs", True)
    assert options.stems == ("drums", "bass", "other", "vocals")
    assert (options.format, options.bit_depth, options.sample_rate) == ("wav", "source", "source")
    assert options.bitrate_kbps is None


def test_a_named_model_is_not_the_default_even_when_it_is_the_same():
    assert not resolved(model="htdemucs").default_model


def test_the_services_own_default_is_taken():
    assert resolve(JobRequest(), CATALOG, default_model="demo").model == "demo"


@pytest.mark.parametrize(
    ("asked", "stems"),
    [
        ({"stems": ["vocals", "drums", "vocals"]}, ("vocals", "drums")),
        ({"two_stems": "vocals"}, ("vocals", "no_vocals")),
        ({"two_stems": "bass", "residual": True}, ("bass", "no_bass", "residual")),
        ({"residual": True}, ("drums", "bass", "other", "vocals", "residual")),
        ({"model": "htdemucs_6s"}, ("drums", "bass", "other", "vocals", "guitar", "piano")),
        ({"model": "htdemucs_6s", "stems": ["piano"]}, ("piano",)),
    ],
)
def test_the_stems_that_will_come_out(asked, stems):
    assert resolved(**asked).stems == stems


@pytest.mark.parametrize(
    ("asked", "pointer"), [({"stems": ["piano"]}, "/stems"), ({"two_stems": "piano"}, "/two_stems")]
)
def test_a_stem_the_model_does_not_have_is_named(asked, pointer):
    with pytest.raises(FieldProblem, match="htdemucs has no piano") as refused:
        resolved(**asked)
    assert refused.value.problems[0][0] == pointer


def test_an_unknown_model_is_answered_with_those_there_are():
    with pytest.raises(UnknownModel, match="htdemucs_ft"):
        resolved(model="nonesuch")


@pytest.mark.parametrize(("asked", "kbps"), [("mp3", 320), ("m4a", 256), ("ogg", 192), ("wav", None), ("flac", None)])
def test_a_lossy_format_has_a_usual_bit_rate(asked, kbps):
    assert resolved(format=asked).bitrate_kbps == kbps
    if kbps:
        assert resolved(format=asked, bitrate_kbps=128).bitrate_kbps == 128


@pytest.mark.parametrize(
    "asked",
    [
        {"stems": ["vocals"], "two_stems": "vocals"},
        {"stems": []},
        {"stems": ["../etc"]},
        {"format": "wma"},
        {"format": "wav", "bitrate_kbps": 320},
        {"format": "flac", "bit_depth": "32f"},
        {"format": "mp3", "clip": "none"},
        {"format": "wav", "bit_depth": "16", "clip": "none"},
        {"shifts": -1},
        {"shifts": 11},
        {"overlap": 0.95},
        {"overlap": float("nan")},
        {"sample_rate": 1},
        {"seed": 2**32},
        {"bitrate_kbps": 1_000, "format": "mp3"},
        {"unheard_of": 1},
    ],
)
def test_what_cannot_be_is_refused(asked):
    with pytest.raises(ValidationError):
        JobRequest.model_validate(asked)


def test_resolved_options_survive_being_text():
    options = resolved(two_stems="vocals", residual=True, format="mp3")
    assert JobOptions.model_validate_json(options.model_dump_json()) == options
