"""What `stemify bench` measures: as much audio as the time allows, and what of it was done when the time is up."""

import time

import pytest

from cli.measuring import Limit, measured
from worker.engine.stand_in import HTDEMUCS, load_stand_in


@pytest.fixture
def told():
    return []


def within(seconds):
    return Limit(time.monotonic() + seconds)


def test_a_model_is_measured_from_file_to_files(lab, told):
    found = measured(lab.separator(lab.module("HTDemucs")), within(9e9), lambda *step: told.append(step))
    assert found["whole"]
    assert found["seconds_of_audio"] >= 6.0
    assert all(found[name] > 0.0 for name in ("realtime_factor", "separating", "decoding", "encoding"))
    percents = [percent for percent, _ in told]
    assert percents == sorted(percents)
    assert {word for _, word in told} == {"warming up", "decoding", "separating", "encoding"}


def test_when_the_time_is_up_what_was_done_counts(lab, told):
    separator = lab.separator(lab.module("HTDemucs"))
    found = measured(separator, Limit(time.monotonic()), lambda *step: told.append(step))
    assert not found["whole"]
    assert found["realtime_factor"] > 0.0
    assert found["decoding"] is None
    assert "encoding" not in {word for _, word in told}


def test_the_stand_in_is_htdemucs_in_all_but_its_weights():
    separator = load_stand_in(device="cpu", precision="float32")
    assert (separator.name, separator.sources) == ("htdemucs", ("drums", "bass", "other", "vocals"))
    assert (separator.segment_frames, separator.sample_rate, separator.channels) == (343_980, 44_100, 2)
    assert [code for code, _ in separator.warnings] == ["random_weights"]
    assert HTDEMUCS["bottom_channels"] == 512
    assert 41_984_456 * 4 < separator.memory_bytes < 41_984_456 * 4 * 2.5
