"""Fields become options; every mistake has its pointer."""

import pytest

from backend.intake.fields import from_form, parse_json, wishes
from contract.errors import CallerError, FieldProblem


def test_a_form_spells_values_as_text() -> None:
    fields = from_form(
        {"shifts": ["2"], "overlap": ["0.5"], "residual": ["true"], "sample_rate": ["48000"], "seed": [""]}
    )
    options = wishes(fields).options
    assert (options.shifts, options.overlap, options.residual) == (2, 0.5, True)
    assert options.sample_rate == 48_000
    assert options.seed is None


@pytest.mark.parametrize("told", [["vocals,drums"], ["vocals", "drums"], [" vocals , ", "drums"]])
def test_stems_may_repeat_or_hold_commas(told: list[str]) -> None:
    assert wishes(from_form({"stems": told})).options.stems == ("vocals", "drums")


def test_a_field_sent_twice_is_a_mistake() -> None:
    with pytest.raises(FieldProblem) as caught:
        from_form({"model": ["demo", "htdemucs"]})
    assert caught.value.problems == (("/model", "sent more than once"),)


def test_a_mistake_is_told_once() -> None:
    with pytest.raises(FieldProblem) as caught:
        wishes({"sample_rate": "fast", "a/b~c": 1, "stems": ["vocals", "?", "!"]})
    assert sorted(pointer for pointer, _ in caught.value.problems) == ["/a~1b~0c", "/sample_rate", "/stems"]


def test_notes_are_kept_whole_and_bounded() -> None:
    assert wishes({"metadata": {"mine": [1]}}).metadata == {"mine": [1]}
    for metadata in ([1], "text", {"long": "x" * 9_000}):
        with pytest.raises(FieldProblem):
            wishes({"metadata": metadata})


def test_notes_nested_too_deep_to_be_stored_are_refused() -> None:
    for depth, fits in ((31, True), (32, False), (300, False), (900, False)):
        notes = '{"a": ' + "[" * depth + "]" * depth + "}"
        if fits:
            assert wishes({"metadata": parse_json(notes)}).metadata
            continue
        with pytest.raises(FieldProblem) as caught:
            wishes({"metadata": parse_json(notes)})
        assert caught.value.problems == (("/metadata", "nested deeper than 32 levels"),)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\ud800", "NaNs", '{"a": "\\ud800"}', '{"\\udfff": 1}'])
def test_texts_that_are_no_json(text: str) -> None:
    with pytest.raises(CallerError):
        parse_json(text)
