"""The models on offer."""

import pytest

from contract.catalog import DEFAULT_MODEL, DEMO_MODEL, load_catalog
from contract.errors import UnknownModel

PUBLISHED = {
    "htdemucs",
    "htdemucs_ft",
    "htdemucs_6s",
    "hdemucs_mmi",
    "mdx",
    "mdx_extra",
    "mdx_extra_q",
    "mdx_q",
    "demo",
}


def test_every_published_model_is_on_offer_with_stems_licence_and_a_sentence():
    catalog = load_catalog()
    assert catalog.entries.keys() == PUBLISHED
    assert {DEFAULT_MODEL, DEMO_MODEL} <= PUBLISHED
    assert all(entry.stems and entry.description and entry.licence == "MIT" for entry in catalog.entries.values())
    assert {name for name, entry in catalog.entries.items() if entry.needs == "diffq"} == {"mdx_q", "mdx_extra_q"}


def test_a_users_own_models_join(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[models.mine]\nsources = ["speech", "noise"]\nlicence = "CC0"\n', encoding="utf-8")
    entry = load_catalog(own).entry("mine")
    assert (entry.stems, entry.licence) == (("speech", "noise"), "CC0")
    assert load_catalog(own).entry("htdemucs").licence == "MIT"


@pytest.mark.parametrize("sources", ['"speech"', "[]", "3"])
def test_sources_that_are_no_list_are_refused_by_name(tmp_path, sources):
    own = tmp_path / "own.toml"
    own.write_text(f"[models.mine]\nsources = {sources}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"models\.mine\.sources"):
        load_catalog(own)


def test_an_unknown_name_is_cut_short_in_the_answer():
    with pytest.raises(UnknownModel) as refused:
        load_catalog().entry("x" * 10_000)
    assert len(refused.value.detail) < 400


def test_a_catalog_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"the catalog of models .*none\.toml cannot be read"):
        load_catalog(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[models")
    with pytest.raises(ValueError, match=r"broken\.toml cannot be read"):
        load_catalog(broken)
