"""Probing in a jail finds what probing finds, and believes a child only facts of the right shape."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from media import jailed_probe
from media.encode import Encoder
from media.errors import JailBroken, MediaTooShort, UnsupportedMedia
from media.formats import FORMAT_NAMES, FormatName, OutputFormat
from media.jail import Jail
from media.jailed_probe import probe_in
from media.limits import Limits
from media.probe import probe
from tests.unit.media import inmates

DEMO = next(Path(__file__).resolve().parents[3].rglob("cli/**/*.flac"))


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    made = Jail(limits=Limits(wall_seconds=60.0))
    yield made
    made.close()


def test_the_facts_are_the_same(jail: Jail) -> None:
    assert probe_in(jail, DEMO) == probe(DEMO)


def test_what_is_no_audio_is_named_as_ever(jail: Jail, tmp_path: Path) -> None:
    text = tmp_path / "song.mp3"
    text.write_text("ffconcat version 1.0\nfile secret.wav\n", encoding="utf-8")
    with pytest.raises(UnsupportedMedia) as caught:
        probe_in(jail, text)
    assert caught.value.found == "an ffconcat script"
    assert not isinstance(caught.value, JailBroken)


def test_too_little_audio_is_said(jail: Jail) -> None:
    with pytest.raises(MediaTooShort) as caught:
        probe_in(jail, DEMO, min_seconds=3_000.0)
    assert caught.value.minimum_seconds == 3_000.0


def test_forged_facts_are_not_believed(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jailed_probe, "probe_here", inmates.forge_facts)
    with pytest.raises(JailBroken):
        probe_in(jail, DEMO)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_every_format_is_read_in_a_jail(jail: Jail, tmp_path: Path, name: FormatName) -> None:
    path = tmp_path / "recording"
    with Encoder(path, OutputFormat.closest(name), sample_rate=44_100, channels=2) as encoder:
        encoder.write(np.zeros((2, 22_050), dtype=np.float32))
    assert probe_in(jail, path, min_seconds=0.1) == probe(path)
