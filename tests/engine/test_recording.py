"""From file to files: lengths, rates, levels, sums, checks, progress, cancelling; and nothing left behind."""

import hashlib

import numpy as np
import pytest

from media.decode import decode
from media.encode import Encoder
from media.errors import MediaTooLong, UnsupportedMedia
from media.formats import OutputFormat
from media.jail import Jail
from media.jailed_audio import DECODING, JailedAudio
from media.probe import probe
from worker.engine import (
    Canceled,
    InvalidOptions,
    OutputInvalid,
    OutputOptions,
    SeparationOptions,
    Watch,
    separate_file,
)

STEMS = ["drums", "bass", "other", "vocals"]


@pytest.fixture
def record(lab, tmp_path):
    """record(rate=, frames=, channels=, form=): a recording on disk, and its samples as decoded."""

    def make(*, rate=44_100, frames=50_000, channels=2, form=None, gain=1.0):
        form = form or OutputFormat("wav", "16")
        path = tmp_path / f"song{form.extension}"
        with Encoder(path, form, sample_rate=rate, channels=channels) as encoder:
            encoder.write(lab.mix(frames, channels) * np.float32(gain))
        return path

    return make


@pytest.fixture
def separator(lab):
    return lab.separator(lab.module("HTDemucs"))


def heard(path):
    return np.concatenate(list(decode(path)), axis=-1)


@pytest.mark.parametrize(
    ("rate", "channels", "form"),
    [
        (8_000, 2, OutputFormat("wav", "16")),
        (44_100, 2, OutputFormat("flac", "24")),
        (48_000, 1, OutputFormat("wav", "32f")),
        (22_050, 2, OutputFormat("mp3")),
        (96_000, 2, OutputFormat("flac", "16")),
        (44_100, 1, OutputFormat("ogg")),
        (32_000, 2, OutputFormat("m4a")),
    ],
)
def test_stems_are_as_long_and_as_fine_as_the_recording(rate, channels, form, record, separator, tmp_path):
    path = record(rate=rate, channels=channels, frames=31_337, form=form)
    found = separate_file(path, tmp_path / "out", separator=separator, output=OutputOptions(channels="source"))
    assert [stem.name for stem in found.stems] == STEMS
    assert found.source_frames == 31_337
    for stem in found.stems:
        facts = probe(stem.path)
        assert (stem.frames, stem.sample_rate, stem.channels) == (31_337, rate, channels)
        assert (facts.sample_rate, facts.channels) == (rate, channels)
        assert facts.bit_depth == (form.bit_depth if not form.lossy else "16")
        assert heard(stem.path).shape == (channels, 31_337)
        assert stem.sha256 == hashlib.sha256(stem.path.read_bytes()).hexdigest()
        assert stem.bytes == stem.path.stat().st_size
        assert stem.peak == pytest.approx(np.abs(heard(stem.path)).max(), abs=2**-14)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.wav" for name in STEMS)


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "m4a", "ogg"])
def test_every_format_holds_every_frame(form, record, separator, tmp_path):
    path = record(frames=20_001)
    found = separate_file(path, tmp_path / "out", separator=separator, output=OutputOptions(format=form))
    assert [heard(stem.path).shape[1] for stem in found.stems] == [20_001] * 4
    assert found.stems[0].path.suffix == f".{form}"
    assert found.stems[0].codec == probe(found.stems[0].path).codec


def test_files_hold_what_apply_model_gives(record, lab, tmp_path):
    module = lab.module("HTDemucs")
    path = record(rate=8_000, frames=25_000, form=OutputFormat("wav", "32f"), gain=0.1)
    wanted = lab.reference(module, mix=heard(path), shifts=1, seed=9)
    options = SeparationOptions(seed=9, clip="none")
    found = separate_file(path, tmp_path / "out", separator=lab.separator(module), options=options)
    lab.assert_alike(wanted, {stem.name: heard(stem.path) for stem in found.stems})


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
@pytest.mark.parametrize(
    "options", [{"residual": True}, {"two_stems": "bass"}, {"stems": ("drums",), "residual": True}]
)
def test_the_stems_sum_to_the_recording(rate, options, record, separator, lab, tmp_path):
    path = record(rate=rate, frames=30_000, form=OutputFormat("wav", "32f"))
    found = separate_file(path, tmp_path / "out", separator=separator, options=SeparationOptions(**options))
    total = sum(heard(stem.path) for stem in found.stems)
    assert lab.decibels(found.gain * heard(path), total) > 110.0
    assert found.residual_db is not None


def test_a_joint_gain_keeps_the_balance_and_full_scale(record, separator, lab, tmp_path):
    path = record(rate=8_000, frames=20_000, form=OutputFormat("wav", "32f"), gain=9.0)
    plain = separate_file(path, tmp_path / "a", separator=separator, options=SeparationOptions(clip="none"))
    joint = separate_file(path, tmp_path / "b", separator=separator, options=SeparationOptions(clip="joint"))
    clamped = separate_file(path, tmp_path / "c", separator=separator, options=SeparationOptions(clip="clamp"))
    loudest = max(stem.peak for stem in plain.stems)
    assert loudest > 1.0
    assert joint.gain == pytest.approx(1.0 / loudest)
    assert max(stem.peak for stem in joint.stems) == pytest.approx(1.0, abs=1e-6)
    for one, other in zip(plain.stems, joint.stems, strict=True):
        assert lab.decibels(heard(one.path) * joint.gain, heard(other.path)) > 120.0
    assert clamped.gain == 1.0
    assert max(stem.peak for stem in clamped.stems) == 1.0


def test_the_same_recording_and_seed_give_the_same_bytes(record, separator, tmp_path):
    path = record()
    options = SeparationOptions(seed=4)
    one, two = (separate_file(path, tmp_path / name, separator=separator, options=options) for name in "ab")
    assert [stem.sha256 for stem in one.stems] == [stem.sha256 for stem in two.stems]


def test_without_a_seed_the_recordings_content_gives_one(record, separator, tmp_path):
    path = record()
    wanted = int(hashlib.sha256(path.read_bytes()).hexdigest()[:8], 16)
    found = separate_file(path, tmp_path / "a", separator=separator)
    asked = separate_file(path, tmp_path / "b", separator=separator, options=SeparationOptions(seed=wanted))
    assert found.seed == wanted
    assert [stem.sha256 for stem in found.stems] == [stem.sha256 for stem in asked.stems]


def test_a_rate_the_format_cannot_carry_is_said(record, separator, tmp_path):
    path = record(rate=96_000)
    found = separate_file(path, tmp_path / "out", separator=separator, output=OutputOptions(format="mp3"))
    assert [code for code, _ in found.warnings] == ["sample_rate_changed"]
    assert found.stems[0].sample_rate == 48_000
    assert found.stems[0].frames == 25_000


def test_another_rate_may_be_asked_for(record, separator, tmp_path):
    output = OutputOptions(sample_rate=16_000, bit_depth="24")
    found = separate_file(record(), tmp_path / "out", separator=separator, output=output)
    assert probe(found.stems[0].path).bit_depth == "24"
    assert found.stems[0].frames == round(50_000 * 16_000 / 44_100)


def test_silence_is_separated_into_silence(separator, tmp_path):
    path = tmp_path / "silence.wav"
    with Encoder(path, OutputFormat("wav"), sample_rate=44_100, channels=2) as encoder:
        encoder.write(np.zeros((2, 30_000), np.float32))
    found = separate_file(path, tmp_path / "out", separator=separator)
    assert found.residual_db is None
    assert max(stem.peak for stem in found.stems) < 1e-6


class Told(Watch):
    """Remembers what it was told; asks to stop at one point if it is given one."""

    def __init__(self, stop=None):
        self.said = []
        self.stems = []
        self._stop = stop

    def progress(self, stage, fraction):
        self.said.append((stage, fraction))

    def stem(self, stem):
        assert stem.path.is_file()
        self.stems.append(stem.name)

    def canceled(self):
        if not self.said or self._stop is None:
            return False
        stage, fraction = self.said[-1]
        return stage == self._stop[0] and fraction >= self._stop[1]


def test_progress_is_told_stage_by_stage(record, separator, tmp_path):
    watch = Told()
    found = separate_file(record(frames=100_000), tmp_path / "out", separator=separator, watch=watch)
    stages = [stage for stage, _ in watch.said]
    assert list(dict.fromkeys(stages)) == ["decoding", "separating", "encoding"]
    for stage in set(stages):
        fractions = [fraction for told, fraction in watch.said if told == stage]
        assert fractions == sorted(fractions)
        assert fractions[-1] == pytest.approx(1.0)
    assert watch.stems == STEMS
    assert list(found.timings) == ["decoding", "separating", "encoding"]


@pytest.mark.parametrize("gain", [1.0, 9.0])
@pytest.mark.parametrize("stop", [("decoding", 0.1), ("separating", 0.3), ("separating", 1.0), ("encoding", 0.4)])
def test_a_cancel_is_felt_in_every_stage_and_leaves_nothing(stop, gain, record, separator, tmp_path):
    recording = record(frames=200_000, form=OutputFormat("wav", "32f"), gain=gain)
    with pytest.raises(Canceled):
        separate_file(recording, tmp_path / "out", separator=separator, watch=Told(stop))
    assert list((tmp_path / "out").glob("**/*")) == []


class Refusing(Told):
    """Fails at the second stem."""

    def stem(self, stem):
        super().stem(stem)
        if len(self.stems) == 2:
            raise KeyboardInterrupt


@pytest.mark.parametrize("gain", [1.0, 9.0])
def test_a_failure_among_finished_stems_leaves_none(gain, record, separator, tmp_path):
    recording = record(form=OutputFormat("wav", "32f"), gain=gain)
    with pytest.raises(KeyboardInterrupt):
        separate_file(recording, tmp_path / "out", separator=separator, watch=Refusing())
    assert list((tmp_path / "out").glob("**/*")) == []


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "m4a", "ogg"])
def test_a_quiet_recording_gives_the_same_bytes_with_and_without_a_spool(form, record, separator, tmp_path):
    path = record(rate=8_000, frames=100_000, gain=0.1)
    files = []
    for clip in ("joint", "clamp", "none"):
        options = SeparationOptions(clip=clip)
        found = separate_file(
            path, tmp_path / clip, separator=separator, options=options, output=OutputOptions(format=form)
        )
        files.append([stem.sha256 for stem in found.stems])
        assert found.gain == 1.0
        assert found.overlapped_encoding > 0.0
    assert files[0] == files[1] == files[2]


def test_too_long_is_refused_by_what_is_decoded(record, separator, tmp_path):
    with pytest.raises(MediaTooLong):
        separate_file(
            record(frames=88_200), tmp_path / "out", separator=separator, options=SeparationOptions(max_seconds=1.5)
        )


def test_what_is_not_audio_is_refused(separator, tmp_path):
    path = tmp_path / "song.mp3"
    path.write_text("la la la " * 100)
    with pytest.raises(UnsupportedMedia, match="text"):
        separate_file(path, tmp_path / "out", separator=separator)


@pytest.mark.parametrize(
    ("options", "output"),
    [
        ({"stems": ("kazoo",)}, {}),
        ({}, {"format": "flac", "bit_depth": "32f"}),
        ({}, {"format": "mp3", "bitrate_kbps": 9_000}),
        ({}, {"format": "aiff"}),
    ],
)
def test_options_that_do_not_fit_are_refused_and_nothing_is_made(options, output, record, separator, tmp_path):
    with pytest.raises(InvalidOptions):
        separate_file(
            record(),
            tmp_path / "out",
            separator=separator,
            options=SeparationOptions(**options),
            output=OutputOptions(**output),
        )
    assert not (tmp_path / "out").exists()


class Mute:
    """A network that answers with silence in its last source."""

    def __init__(self, network):
        self._network = network

    def __getattr__(self, name):
        return getattr(self._network, name)

    def forward(self, batch):
        found = self._network.forward(batch).copy()
        found[:, -1] = 0.0
        return found


class Broken(Mute):
    """A network that answers with no numbers."""

    def forward(self, batch):
        return np.full_like(self._network.forward(batch), np.nan)


@pytest.mark.parametrize(("kind", "words"), [(Mute, "vocals is silent"), (Broken, "not finite")])
def test_a_broken_network_never_looks_like_success(kind, words, record, separator, tmp_path):
    object.__setattr__(separator._members[0], "network", kind(separator._members[0].network))
    with pytest.raises(OutputInvalid, match=words):
        separate_file(record(), tmp_path / "out", separator=separator)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_mix_that_does_not_move_is_no_failure(lab, tmp_path):
    path = tmp_path / "offset.wav"
    with Encoder(path, OutputFormat("wav", "32f"), sample_rate=8_000, channels=2) as encoder:
        encoder.write(np.full((2, 20_000), 0.25, np.float32))
    separate_file(path, tmp_path / "out", separator=lab.separator(lab.module("Demucs")))


def test_a_recording_decoded_in_a_jail_gives_the_same_stems(record, separator, tmp_path):
    path = record(frames=200_000, rate=48_000, form=OutputFormat("flac", "16"))
    own = separate_file(path, tmp_path / "own", separator=separator)
    jail = Jail(preload=DECODING)
    jailed = separate_file(JailedAudio(path, jail), tmp_path / "jailed", separator=separator)
    jail.close()
    assert [stem.sha256 for stem in jailed.stems] == [stem.sha256 for stem in own.stems]
    assert jail.endings == {"done": 3}, "a look and two passes"
