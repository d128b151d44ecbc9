"""No stem is handed out before its file was read again: damaged, cut, silent or shifted ones never are."""

import numpy as np
import pytest

from media.decode import decode
from media.encode import Encoder
from media.formats import FORMAT_NAMES, OutputFormat
from worker.engine import OutputInvalid, OutputOptions, SeparationOptions, separate_file
from worker.engine.rendering import Rendering
from worker.engine.writing import Writing

RATE, FRAMES = 44_100, 30_000


def noise():
    return np.clip(np.random.default_rng(1).standard_normal((2, FRAMES)) * 0.1, -0.9, 0.9).astype(np.float32)


@pytest.fixture
def writing(tmp_path):
    """writing(form): of stems of FRAMES frames."""

    def make(form="wav"):
        room = tmp_path / "out" / "room"
        room.mkdir(parents=True)
        rendering = Rendering(OutputFormat(form), RATE, 2, FRAMES)
        return Writing(folder=tmp_path / "out", room=room, rendering=rendering, clip="none")

    return make


def ignored(_frames):
    pass


def again(path, samples, rate=RATE):
    """Put other samples in the file's place."""
    form = OutputFormat(path.suffix.removeprefix("."))
    with Encoder(path, form, sample_rate=rate, channels=len(samples)) as encoder:
        encoder.write(samples)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


DAMAGE = {
    "cut": (cut, "frames|decode"),
    "not audio": (lambda path: path.write_bytes(b"words " * 5_000), "does not decode"),
    "a frame short": (lambda path: again(path, noise()[:, 1:]), "29999 frames"),
    "another rate": (lambda path: again(path, noise(), 48_000), "48000 Hz"),
    "one channel": (lambda path: again(path, noise()[:1]), "1 channel"),
    "silent": (lambda path: again(path, np.zeros((2, FRAMES), np.float32)), "peak of 0.00000"),
}


@pytest.mark.parametrize("form", FORMAT_NAMES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_never_handed_out(damage, form, writing):
    common, (harm, words) = writing(form), DAMAGE[damage]
    draft = common.draft("vocals", [noise()], gain=1.0, advance=ignored)
    harm(draft.path)
    with pytest.raises(OutputInvalid, match=words):
        common.finish(draft, ignored)
    assert [path.name for path in common.folder.iterdir()] == ["room"]


class Echo:
    """A network that answers with a quarter of its input in every source."""

    def __init__(self, network):
        self._network = network

    def __getattr__(self, name):
        return getattr(self._network, name)

    def forward(self, batch):
        return np.repeat(batch[:, None] / 4, 4, axis=1)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("shifts", [0, 2])
def test_stems_lie_on_the_recordings_frames(rate, shifts, lab, tmp_path):
    """Whatever the rate: a shift of a single frame leaves less than 30 dB, even at 96 kHz."""
    time = np.arange(2 * rate) / rate
    sweep = 0.2 * np.sin(2 * np.pi * (300.0 + 400.0 * time) * time) * np.hanning(len(time))
    path = tmp_path / "sweep.wav"
    with Encoder(path, OutputFormat("wav", "32f"), sample_rate=rate, channels=2) as encoder:
        encoder.write(np.stack([sweep, -sweep]).astype(np.float32))
    separator = lab.separator(lab.module("HTDemucs"))
    object.__setattr__(separator._members[0], "network", Echo(separator.networks[0]))
    options = SeparationOptions(shifts=shifts, seed=1)
    found = separate_file(path, tmp_path / "out", separator=separator, options=options, output=OutputOptions())
    mix = np.concatenate(list(decode(path)), axis=-1)
    for stem in found.stems:
        assert lab.decibels(mix, 4 * np.concatenate(list(decode(stem.path)), axis=-1)) > 60.0
