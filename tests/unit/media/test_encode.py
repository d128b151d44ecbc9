"""What is written decodes to exactly the frames that were written, unshifted, and twice the same bytes."""

import numpy as np
import pytest
import soundfile

from media.decode import decode
from media.encode import Encoder, OutputFormat
from media.formats import FORMAT_NAMES
from media.probe import probe

LENGTHS = (100, 1_189, 12_967, 50_001)  # 1,189 leaves an MP3 more padding than one frame


def _write(path, sound, output, *, rate=44_100, step=20_011):
    with Encoder(path, output, sample_rate=rate, channels=sound.shape[0]) as encoder:
        for start in range(0, sound.shape[1], step):
            encoder.write(sound[:, start : start + step])
    return path


def _all_of(path):
    return np.concatenate(list(decode(path)), axis=1)


def _lag(decoded, sound):
    size = 2 * sound.shape[1]
    product = np.fft.rfft(decoded, size, axis=1) * np.conj(np.fft.rfft(sound, size, axis=1))
    return int(np.argmax(np.fft.irfft(product, axis=1).sum(axis=0)))


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_every_format_keeps_length_rate_channels_and_place(tmp_path, sweep, name, channels, rate):
    for frames in LENGTHS:
        sound = sweep(frames, rate=rate, channels=channels)
        path = _write(tmp_path / "stem", sound, OutputFormat(name), rate=rate)
        facts, decoded = probe(path), _all_of(path)
        assert (facts.sample_rate, facts.channels, facts.codec) == (rate, channels, OutputFormat(name).codec)
        assert decoded.shape == sound.shape
    assert _lag(decoded, sound) == 0
    error = decoded - sound
    assert np.sqrt((error**2).mean() / (sound**2).mean()) < (0.2 if OutputFormat(name).lossy else 1e-3)


@pytest.mark.parametrize("name", ["wav", "flac", "ogg", "m4a"])
def test_high_rates_are_kept_where_the_codec_can(tmp_path, sweep, name):
    sound = sweep(30_000, rate=96_000)
    path = _write(tmp_path / "stem", sound, OutputFormat(name), rate=96_000)
    assert probe(path).sample_rate == 96_000
    assert _all_of(path).shape == sound.shape


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_the_same_samples_give_the_same_bytes(tmp_path, sweep, name):
    sound = sweep(60_000)
    first = _write(tmp_path / "one", sound, OutputFormat(name)).read_bytes()
    assert _write(tmp_path / "two", sound, OutputFormat(name)).read_bytes() == first


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_how_the_blocks_were_cut_does_not_show(tmp_path, sweep, name):
    sound = sweep(30_000)
    first = _write(tmp_path / "one", sound, OutputFormat(name), step=30_000)
    second = _write(tmp_path / "two", sound, OutputFormat(name), step=997)
    assert np.array_equal(_all_of(first), _all_of(second))


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_one_sample_can_be_written(tmp_path, name):
    path = _write(tmp_path / "stem", np.full((2, 1), 0.25, np.float32), OutputFormat(name))
    assert _all_of(path).shape == (2, 1)


@pytest.mark.parametrize(
    ("name", "depth", "stored"), [("wav", "16", 15), ("wav", "24", 23), ("flac", "16", 15), ("flac", "24", 23)]
)
def test_whole_number_depths_round_to_nearest(tmp_path, sweep, name, depth, stored):
    sound = sweep(5_000)
    path = _write(tmp_path / "stem", sound, OutputFormat(name, depth))
    assert probe(path).bit_depth == depth
    exact = np.rint(sound.astype(np.float64) * 2**stored) / 2**stored
    assert np.array_equal(_all_of(path), exact.astype(np.float32))
    again = _write(tmp_path / "again", _all_of(path), OutputFormat(name, depth))
    assert again.read_bytes() == path.read_bytes()


def test_float_wav_is_exact_and_keeps_what_is_louder_than_full_scale(tmp_path, sweep):
    sound = 3 * sweep(5_000)
    assert np.array_equal(_all_of(_write(tmp_path / "stem", sound, OutputFormat("wav", "32f"))), sound)


@pytest.mark.parametrize("depth", ["16", "24"])
def test_what_is_louder_than_full_scale_is_cut_not_wrapped(tmp_path, depth):
    sound = np.array([[2.0, -2.0, 1.0, -1.0]], np.float32)
    decoded = _all_of(_write(tmp_path / "stem", sound, OutputFormat("wav", depth)))
    assert decoded[0] == pytest.approx([1.0, -1.0, 1.0, -1.0], abs=1e-4)


def test_other_programs_read_the_files(tmp_path, sweep):
    sound = sweep(50_001)
    for name in ("wav", "flac", "mp3", "ogg"):  # libsndfile, which checks every Ogg page's checksum
        read, rate = soundfile.read(_write(tmp_path / "stem", sound, OutputFormat(name)), dtype="float32")
        assert (read.shape, rate) == ((50_001, 2), 44_100), name
        assert np.abs(read.T - sound).max() < 0.2


def test_wav_has_room_to_grow_beyond_four_gigabytes(tmp_path, sweep):
    head = _write(tmp_path / "stem", sweep(100), OutputFormat("wav")).read_bytes()[:16]
    assert (head[:4], head[12:16]) == (b"RIFF", b"JUNK")  # which turns into RF64 and ds64 when it is needed


def test_m4a_begins_with_its_index(tmp_path, sweep):
    content = _write(tmp_path / "stem", sweep(50_000), OutputFormat("m4a")).read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("name", ["mp3", "m4a", "ogg"])
def test_bit_rates_are_followed(tmp_path, sweep, name):
    sound = sweep(200_000) + np.random.default_rng(1).normal(0, 0.05, (2, 200_000)).astype(np.float32)
    small = _write(tmp_path / "small", sound, OutputFormat(name, bitrate_kbps=96)).stat().st_size
    large = _write(tmp_path / "large", sound, OutputFormat(name, bitrate_kbps=256)).stat().st_size
    assert large > 1.7 * small


def test_more_than_two_channels_fit_in_lossless_formats(tmp_path, sweep):
    sound = sweep(5_000, channels=6)
    assert _all_of(_write(tmp_path / "stem", sound, OutputFormat("flac", "24"))).shape == (6, 5_000)


@pytest.mark.parametrize("kbps", [32, 40, 48, 56])
@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
def test_mp3_is_exact_at_its_lowest_bit_rates(tmp_path, sweep, rate, kbps):
    for channels in (1, 2):
        sound = sweep(50_001, rate=rate, channels=channels)
        path = _write(tmp_path / "low", sound, OutputFormat("mp3", bitrate_kbps=kbps), rate=rate)
        decoded = _all_of(path)
        assert decoded.shape == sound.shape
        assert _lag(decoded, sound) == 0
        assert path.stat().st_size < 1.2 * kbps * 125 * 50_001 / rate


@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_silence_at_the_lowest_bit_rate_of_mp3(tmp_path, rate):
    path = _write(tmp_path / "low", np.zeros((2, rate), np.float32), OutputFormat("mp3", bitrate_kbps=32), rate=rate)
    assert _all_of(path).shape == (2, rate)
    assert path.stat().st_size < 7_000
