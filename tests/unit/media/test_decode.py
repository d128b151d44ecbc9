"""Every container and codec we promise decodes to its exact frames; rates and channels are what was asked for."""

import errno
from io import FileIO

import numpy as np
import pytest
import soundfile

from media.decode import decode
from media.errors import MediaTooLong, MediaTooShort, UnsupportedMedia
from media.probe import probe

FRAMES = 50_001
LOSSLESS = {
    "wav 16": {"muxer": "wav", "codec": "pcm_s16le", "kind": "s16"},
    "wav 24": {"muxer": "wav", "codec": "pcm_s24le", "kind": "s32"},
    "wav 32f": {"muxer": "wav", "codec": "pcm_f32le", "kind": "flt"},
    "wav 8": {"muxer": "wav", "codec": "pcm_u8", "kind": "u8"},
    "rf64": {"muxer": "wav", "codec": "pcm_s16le", "kind": "s16", "rf64": "always"},
    "aiff": {"muxer": "aiff", "codec": "pcm_s16be", "kind": "s16"},
    "aiff 24": {"muxer": "aiff", "codec": "pcm_s24be", "kind": "s32"},
    "flac 16": {"muxer": "flac", "codec": "flac", "kind": "s16"},
    "flac 24": {"muxer": "flac", "codec": "flac", "kind": "s32"},
    "alac in m4a": {"muxer": "ipod", "codec": "alac", "kind": "s16p"},
    "alac 24 in m4a": {"muxer": "ipod", "codec": "alac", "kind": "s32p"},
    "flac in ogg": {"muxer": "ogg", "codec": "flac", "kind": "s16"},
    "flac in matroska": {"muxer": "matroska", "codec": "flac", "kind": "s16"},
}
LOSSY = {
    "mp3": {"muxer": "mp3", "codec": "libmp3lame", "kind": "fltp"},
    "aac in m4a": {"muxer": "ipod", "codec": "aac", "kind": "fltp"},
    "aac in mp4, no edit list": {"muxer": "mp4", "codec": "aac", "kind": "fltp", "use_editlist": "0"},
    "opus in ogg": {"muxer": "ogg", "codec": "libopus", "kind": "flt"},
    "opus in webm": {"muxer": "webm", "codec": "libopus", "kind": "flt"},
}


def _all_of(path, **options):
    return np.concatenate(list(decode(path, **options)), axis=1)


@pytest.mark.parametrize("how", LOSSLESS.values(), ids=LOSSLESS.keys())
def test_lossless_files_come_back_sample_for_sample(foreign, sweep, how):
    sound = sweep(FRAMES)
    decoded = _all_of(foreign(sound, **how))
    step = {"u8": 2**-7, "s16": 2**-15, "s16p": 2**-15, "flt": 0.0}.get(how["kind"], 2**-23)
    assert decoded.dtype == np.float32
    assert decoded.shape == sound.shape
    assert np.abs(decoded - sound).max() <= 1.5 * step


@pytest.mark.parametrize("how", LOSSY.values(), ids=LOSSY.keys())
def test_lossy_files_have_their_exact_length_and_no_shift(foreign, sweep, how):
    rate = 48_000 if "opus" in how["codec"] else 44_100
    sound = sweep(FRAMES, rate=rate)
    decoded = _all_of(foreign(sound, rate=rate, **how))
    if how.get("use_editlist") == "0":  # nothing tells the delay there, but the sample table tells the end
        decoded = decoded[:, 1024:]
    assert decoded.shape == sound.shape
    spectra = np.fft.rfft(decoded[0], 2 * FRAMES) * np.conj(np.fft.rfft(sound[0], 2 * FRAMES))
    assert np.argmax(np.fft.irfft(spectra)) == 0


@pytest.mark.parametrize("frames", [30_001, 44_101, 49_152, 66_000])
def test_an_edit_list_in_milliseconds_cuts_no_frame(foreign, sweep, frames):
    # FFmpeg writes it so, and rounds down as often as up; the sample table tells the end exactly.
    path = foreign(sweep(frames), muxer="ipod", codec="aac", kind="fltp")
    assert _all_of(path).shape[1] == frames


def test_wave64_decodes(foreign, sweep):
    assert _all_of(foreign(sweep(50_000), muxer="w64", codec="pcm_s16le", kind="s16")).shape == (2, 50_000)


def test_raw_aac_decodes_in_whole_packets(foreign, sweep):
    decoded = _all_of(foreign(sweep(FRAMES), muxer="adts", codec="aac", kind="fltp"))
    assert decoded.shape[1] % 1024 == 0
    assert FRAMES <= decoded.shape[1] < FRAMES + 3 * 1024


def test_apples_length_tag_is_believed(foreign, sweep):
    path = foreign(sweep(49 * 1024), muxer="ipod", codec="aac", kind="fltp", use_editlist="0")
    told = 49 * 1024 - 177
    path.write_bytes(_with_itunes_tag(path.read_bytes(), f" 00000000 00000400 000000B1 {told:016X}"))
    assert _all_of(path).shape[1] == told


def test_a_length_tag_that_would_cut_music_is_not_believed(foreign, sweep):
    path = foreign(sweep(49 * 1024), muxer="ipod", codec="aac", kind="fltp", use_editlist="0")
    path.write_bytes(_with_itunes_tag(path.read_bytes(), f" 00000000 00000400 000000B1 {20_000:016X}"))
    assert _all_of(path).shape[1] == 49 * 1024


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_another_rate_has_the_exact_length(foreign, sweep, rate):
    path = foreign(sweep(FRAMES), muxer="wav", codec="pcm_f32le", kind="flt")
    assert _all_of(path, sample_rate=rate).shape == (2, round(FRAMES * rate / 44_100))


def test_channels_are_what_was_asked_for(foreign, sweep):
    mono = foreign(sweep(5_000, channels=1), name="mono", muxer="wav", codec="pcm_f32le", kind="flt")
    six = foreign(sweep(5_000, channels=6), name="six", muxer="wav", codec="pcm_f32le", kind="flt")
    left, right = _all_of(mono, channels=2)
    assert np.array_equal(left, right)
    assert np.array_equal(left, sweep(5_000, channels=1)[0])
    assert _all_of(six).shape == (6, 5_000)
    assert _all_of(six, channels=2).shape == (2, 5_000)
    assert _all_of(six, channels=1).shape == (1, 5_000)


@pytest.mark.parametrize("block_frames", [1_000, 65_536, 200_000])
def test_blocks_have_the_size_asked_for(foreign, sweep, block_frames):
    path = foreign(sweep(150_000), muxer="wav", codec="pcm_s16le", kind="s16")
    lengths = [block.shape[1] for block in decode(path, block_frames=block_frames)]
    assert sum(lengths) == 150_000
    assert set(lengths[:-1]) <= {block_frames}
    assert 0 < lengths[-1] <= block_frames


def test_stopping_early_is_harmless(foreign, sweep):
    blocks = decode(foreign(sweep(FRAMES), muxer="mp3", codec="libmp3lame", kind="fltp"), block_frames=100)
    assert next(blocks).shape == (2, 100)
    blocks.close()


def test_too_long_is_said_from_decoded_samples(foreign):
    # An hour of silence is a small file; it is refused after two seconds of it.
    path = foreign(np.zeros((1, 44_100 * 60), np.float32), muxer="flac", codec="flac", kind="s16")
    given = []
    with pytest.raises(MediaTooLong) as caught:
        given.extend(block.shape[1] for block in decode(path, max_seconds=2.0))
    assert caught.value.limit_seconds == 2.0
    assert sum(given) <= 2 * 44_100


def test_exactly_the_limit_is_allowed(foreign, sweep):
    path = foreign(sweep(44_100), muxer="wav", codec="pcm_s16le", kind="s16")
    assert _all_of(path, max_seconds=1.0).shape[1] == 44_100


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_numbers_are_refused(foreign, sweep, poison):
    sound = sweep(FRAMES)
    sound[1, 40_000] = poison
    with pytest.raises(UnsupportedMedia, match="not finite numbers"):
        _all_of(foreign(sound, muxer="wav", codec="pcm_f32le", kind="flt"))


def test_absurdly_loud_samples_are_cut(foreign):
    sound = np.full((1, 1_000), 1e30, np.float32)
    assert _all_of(foreign(sound, muxer="wav", codec="pcm_f32le", kind="flt")).max() == 64.0


def test_no_samples_at_all_is_too_short(foreign):
    path = foreign(np.zeros((2, 0), np.float32), muxer="wav", codec="pcm_s16le", kind="s16")
    with pytest.raises(MediaTooShort):
        _all_of(path)


def test_one_sample_is_a_recording(foreign):
    path = foreign(np.full((1, 1), 0.5, np.float32), muxer="wav", codec="pcm_f32le", kind="flt")
    assert _all_of(path, channels=2).tolist() == [[0.5], [0.5]]
    assert _all_of(path, sample_rate=22_050).shape == (1, 1)


CUT_SHORT = {
    "wav": LOSSLESS["wav 16"],
    "aiff": LOSSLESS["aiff"],
    "flac": LOSSLESS["flac 16"],
    "mp3": LOSSY["mp3"],
    "opus": LOSSY["opus in ogg"],
    "webm": LOSSY["opus in webm"],
    "m4a, index first": LOSSY["aac in m4a"] | {"movflags": "+faststart"},
}


@pytest.mark.parametrize("how", CUT_SHORT.values(), ids=CUT_SHORT.keys())
def test_what_is_there_of_a_file_cut_short_is_decoded(foreign, sweep, how):
    rate = 48_000 if "opus" in how["codec"] else 44_100
    path = foreign(sweep(4 * rate, rate=rate), rate=rate, **how)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert rate < _all_of(path).shape[1] < 3 * rate


def test_an_mp4_cut_short_before_its_index_is_refused(foreign, sweep):
    path = foreign(sweep(FRAMES), **LOSSY["aac in m4a"])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UnsupportedMedia, match="MP4, damaged or cut short"):
        _all_of(path)


def test_rubbish_in_the_middle_is_passed_over(foreign, sweep):
    path = foreign(sweep(4 * 44_100), **LOSSY["mp3"])
    content = bytearray(path.read_bytes())
    content[20_000:22_000] = np.random.default_rng(1).bytes(2_000)
    path.write_bytes(content)
    assert 3.5 * 44_100 < _all_of(path).shape[1] <= 4 * 44_100


class _ExplodesAfter100kB(FileIO):
    def read(self, size=-1):
        if self.tell() > 100_000:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize("how", CUT_SHORT.values(), ids=CUT_SHORT.keys())
def test_a_disk_that_cannot_be_read_is_not_taken_for_the_end(foreign, sweep, how, monkeypatch, capfd):
    rate = 48_000 if "opus" in how["codec"] else 44_100
    path = foreign(sweep(20 * rate, rate=rate), rate=rate, **how)
    monkeypatch.setattr("media.recording.FileIO", _ExplodesAfter100kB)
    with pytest.raises(OSError, match="Input/output error") as caught:
        _all_of(path)
    assert caught.value.errno == errno.EIO
    assert capfd.readouterr() == ("", "")


def test_a_rate_that_changes_midway_is_evened_out(tmp_path, foreign, sweep):
    first = foreign(sweep(44_100), name="one", muxer="ogg", codec="flac", kind="s16")
    second = foreign(sweep(22_050, rate=22_050), name="two", rate=22_050, muxer="ogg", codec="flac", kind="s16")
    chained = tmp_path / "chained"
    chained.write_bytes(first.read_bytes() + second.read_bytes())
    assert probe(chained).sample_rate == 44_100
    assert _all_of(chained).shape == (2, 2 * 44_100)


def test_no_music_is_cut_off_a_chain_that_begins_with_a_short_one(tmp_path, sweep):
    sounds = [sweep(3_000), sweep(30_001)]
    chained = tmp_path / "chained"
    with chained.open("wb") as file:
        for number, sound in enumerate(sounds):
            soundfile.write(tmp_path / f"{number}.ogg", sound.T, 44_100, format="OGG", subtype="VORBIS")
            file.write((tmp_path / f"{number}.ogg").read_bytes())
    last, decoded = _all_of(tmp_path / "1.ogg"), _all_of(chained)
    begins = [
        at for at in range(3_000, 6_000) if np.array_equal(decoded[:, at + 5_000 : at + 5_100], last[:, 5_000:5_100])
    ]
    assert len(begins) == 1
    assert np.array_equal(decoded[:, begins[0] + 2_000 :][:, : 30_001 - 2_000], last[:, 2_000:])


def _atom(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def _with_itunes_tag(content: bytes, value: str) -> bytes:
    """An MP4 (its index last) with a tag as Apple's encoders write it."""
    start = content.rindex(b"moov") - 4
    moov = content[start + 8 :]
    old = moov.find(b"udta")
    if old >= 0:
        moov = moov[: old - 4]  # FFmpeg writes it last
    full = b"\0\0\0\0"
    words = _atom(b"mean", full + b"com.apple.iTunes") + _atom(b"name", full + b"iTunSMPB")
    tag = _atom(b"----", words + _atom(b"data", b"\0\0\0\1" + full + value.encode()))
    handler = _atom(b"hdlr", full + full + b"mdirappl" + bytes(9))
    return content[:start] + _atom(b"moov", moov + _atom(b"udta", _atom(b"meta", full + handler + _atom(b"ilst", tag))))
