"""The models we know, and a user's own."""

import pytest

from worker.engine.catalog import load_recipes, recipe_named
from worker.engine.errors import CatalogInvalid, UnknownModel

OWN = """
[models.mine]
class = "HTDemucs"
sources = ["lead", "rest"]
licence = "CC0"
weights = [[1.0, 0.0], [0.0, 1.0]]
segment = 6
[[models.mine.files]]
signature = "aaaa"
url = "file:///models/aaaa.th"
sha256 = "{sha}"
[[models.mine.files]]
signature = "bbbb"
url = "https://example.org/x/bbbb-1234.safetensors"
sha256 = "{sha}"
"""


@pytest.fixture
def write(tmp_path):
    def put(text):
        path = tmp_path / "own.toml"
        path.write_text(text)
        return path

    return put


def test_every_published_model_is_there():
    recipes = load_recipes()
    assert {"htdemucs", "htdemucs_ft", "htdemucs_6s", "hdemucs_mmi", "mdx", "mdx_extra", "mdx_q", "mdx_extra_q"} <= set(
        recipes
    )
    assert recipes["htdemucs_6s"].sources == ("drums", "bass", "other", "vocals", "guitar", "piano")
    assert recipes["htdemucs_ft"].weights_of(3) == (0.0, 0.0, 0.0, 1.0)
    assert recipes["htdemucs"].weights_of(0) == (1.0,) * 4
    assert recipes["mdx"].classes == ("HDemucs", "Demucs")
    assert recipes["mdx"].segment_seconds == 44.0
    assert recipes["mdx_q"].quantised


def test_a_users_own_model_joins_them(write):
    mine = load_recipes(write(OWN.format(sha="0" * 64)))["mine"]
    assert mine.sources == ("lead", "rest")
    assert [file.basename for file in mine.files] == ["aaaa.th", "bbbb-1234.safetensors"]
    assert mine.licence == "CC0"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("[models.mine]", "[models.mine"),
        ('"HTDemucs"', '"os.system"'),
        ("file:///models/aaaa.th", "ftp://example.org/aaaa.th"),
        ("file:///models/aaaa.th", "bundled:demo.safetensors"),
        ("file:///models/aaaa.th", "file:///models/"),
        ('"aaaa"', '"../../aaaa"'),
        ("[[1.0, 0.0], [0.0, 1.0]]", "[[1.0, 0.0]]"),
        ("[[1.0, 0.0], [0.0, 1.0]]", "[[1.0], [1.0]]"),
        ("[[1.0, 0.0], [0.0, 1.0]]", "[[1.0, 0.0], [1.0, 0.0]]"),
        ("[[1.0, 0.0], [0.0, 1.0]]", "[[1.0, -1.0], [0.0, 1.0]]"),
        ("segment = 6", "segment = -6"),
        ('["lead", "rest"]', '["lead/../x", "rest"]'),
        ("0000", "zzzz"),
    ],
)
def test_a_wrong_catalog_is_refused(right, wrong, write):
    with pytest.raises(CatalogInvalid):
        load_recipes(write(OWN.format(sha="0" * 64).replace(right, wrong, 1)))


def test_a_catalog_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CatalogInvalid, match="nowhere"):
        load_recipes(tmp_path / "nowhere.toml")


def test_an_unknown_model_is_told_which_there_are():
    with pytest.raises(UnknownModel, match=r"htdemux.*htdemucs_ft"):
        recipe_named("htdemux", load_recipes())
