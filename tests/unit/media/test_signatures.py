"""First bytes are named, and nothing they hold can upset the naming."""

from hypothesis import given
from hypothesis import strategies as st

from media.signatures import HEAD_BYTES, look_like


@given(st.binary(max_size=HEAD_BYTES))
def test_anything_has_a_name(head):
    assert look_like(head)


@given(st.text(min_size=1, max_size=200, alphabet=st.characters(categories=("L", "N", "P", "Z"))))
def test_text_of_any_language_is_text(text):
    name = look_like(("x" + text).encode())
    assert name in ("plain text", "JSON text")


def test_a_character_cut_by_the_end_of_the_head_is_forgiven():
    assert look_like(("ä" * HEAD_BYTES).encode()[: HEAD_BYTES - 1]) == "plain text"


def test_layer_three_is_told_from_what_looks_like_it():
    assert look_like(b"\xff\xfb\x90\x64" + bytes(400)) == "MP3"
    assert look_like(b"\xff\xe3\x88\x64" + bytes(400)) == "MP3"
    assert look_like(b"\xff\xf1\x50\x80" + bytes(400)) == "unknown data"
    assert look_like("\ufeffwords".encode("utf-16-le")) == "plain text"
