"""A file's facts are read from its content, whatever it is called."""

import numpy as np
import pytest

from media.errors import MediaTooShort, UnsupportedMedia
from media.probe import AudioFacts, probe

WAYS = [
    ({"muxer": "wav", "codec": "pcm_s16le", "kind": "s16"}, ("WAV", "pcm_s16le", "16")),
    ({"muxer": "wav", "codec": "pcm_s24le", "kind": "s32"}, ("WAV", "pcm_s24le", "24")),
    ({"muxer": "wav", "codec": "pcm_s32le", "kind": "s32"}, ("WAV", "pcm_s32le", "32f")),
    ({"muxer": "wav", "codec": "pcm_f32le", "kind": "flt"}, ("WAV", "pcm_f32le", "32f")),
    ({"muxer": "wav", "codec": "pcm_u8", "kind": "u8"}, ("WAV", "pcm_u8", "16")),
    ({"muxer": "aiff", "codec": "pcm_s24be", "kind": "s32"}, ("AIFF", "pcm_s24be", "24")),
    ({"muxer": "flac", "codec": "flac", "kind": "s16"}, ("FLAC", "flac", "16")),
    ({"muxer": "flac", "codec": "flac", "kind": "s32"}, ("FLAC", "flac", "24")),
    ({"muxer": "ipod", "codec": "alac", "kind": "s16p"}, ("MP4", "alac", "16")),
    ({"muxer": "ipod", "codec": "alac", "kind": "s32p"}, ("MP4", "alac", "24")),
    ({"muxer": "mp3", "codec": "libmp3lame", "kind": "fltp"}, ("MP3", "mp3", None)),
    ({"muxer": "ipod", "codec": "aac", "kind": "fltp"}, ("MP4", "aac", None)),
    ({"muxer": "adts", "codec": "aac", "kind": "fltp"}, ("AAC", "aac", None)),
    ({"muxer": "ogg", "codec": "libopus", "kind": "flt"}, ("Ogg", "opus", None)),
    ({"muxer": "webm", "codec": "libopus", "kind": "flt"}, ("Matroska", "opus", None)),
]


@pytest.mark.parametrize(("how", "expected"), WAYS, ids=[f"{way[1][1]} in {way[1][0]}" for way in WAYS])
@pytest.mark.parametrize("name", ["upload.bin", "song.mp3", "-.wav", "http: evil|concat"])
def test_facts_come_from_the_content(foreign, sweep, how, expected, name):
    facts = probe(foreign(sweep(48_000, rate=48_000), name=name, rate=48_000, **how))
    assert (facts.container, facts.codec, facts.bit_depth) == expected
    assert (facts.sample_rate, facts.channels, facts.warnings) == (48_000, 2, ())
    assert facts.duration_seconds == pytest.approx(1.0, abs=0.1)


def test_more_than_two_channels_are_warned_of(foreign, sweep):
    facts = probe(foreign(sweep(5_000, channels=6), muxer="wav", codec="pcm_s16le", kind="s16"))
    assert facts.channels == 6
    assert [code for code, _ in facts.warnings] == ["multichannel"]


def test_several_streams_are_warned_of(two_streams):
    facts = probe(two_streams)
    assert [code for code, _ in facts.warnings] == ["several_audio_streams"]
    assert "2 audio streams" in facts.warnings[0][1]


def test_the_first_stream_that_can_be_decoded_is_used(several_codecs):
    facts = probe(several_codecs("ac3", "aac"))
    assert facts.codec == "aac"
    assert facts.warnings == (
        ("several_audio_streams", "The file holds 2 audio streams; the first that can be decoded is used."),
    )
    assert probe(several_codecs("aac", "ac3")).warnings[0][1].endswith("the first is used.")


def test_what_is_no_sound_does_not_count(subtitled):
    assert probe(subtitled(30)).warnings == ()
    with pytest.raises(UnsupportedMedia, match="70 streams; up to 64 are supported"):
        probe(subtitled(69))


def test_cover_art_and_odd_tags_do_no_harm(tmp_path, foreign, sweep):
    plain = foreign(sweep(48_000), muxer="mp3", codec="libmp3lame", kind="fltp").read_bytes()
    picture = b"\0image/png\0\3\0\x89PNG\r\n\x1a\n" + bytes(200)
    title = b"\0\xff\xfe\xe9 not UTF-8 at all \xe9"
    frames = b"".join(
        kind + len(body).to_bytes(4, "big") + b"\0\0" + body for kind, body in ((b"TIT2", title), (b"APIC", picture))
    )
    size = bytes((len(frames) >> shift) & 127 for shift in (21, 14, 7, 0))
    path = tmp_path / "tagged"
    path.write_bytes(b"ID3\3\0\0" + size + frames + plain)
    assert probe(path).codec == "mp3"


def test_too_short_is_said(foreign, sweep):
    path = foreign(sweep(4_410), muxer="wav", codec="pcm_s16le", kind="s16")
    assert probe(path, min_seconds=0.1).sample_rate == 44_100
    with pytest.raises(MediaTooShort, match="at least 0\\.5 seconds"):
        probe(path, min_seconds=0.5)


def test_nothing_at_all_is_too_short(foreign):
    with pytest.raises(MediaTooShort):
        probe(foreign(np.zeros((2, 0), np.float32), muxer="wav", codec="pcm_s16le", kind="s16"))


def test_a_missing_file_is_the_operating_systems_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "nothing")


def test_facts_are_plain_data():
    facts = AudioFacts("WAV", "pcm_s16le", 44_100, 2, "16", None)
    assert facts == AudioFacts("WAV", "pcm_s16le", 44_100, 2, "16", None, ())


def test_a_length_that_is_only_guessed_is_counted_before_it_is_called_too_long(foreign, sweep):
    how = {"muxer": "mp3", "codec": "libmp3lame", "kind": "fltp", "write_xing": "0"}
    path = foreign(sweep(441_000), name="quiet", kbps=32, **how)
    loud = foreign(sweep(441_000), name="loud", kbps=320, **how)
    path.write_bytes(path.read_bytes() + loud.read_bytes())
    assert probe(path).duration_seconds > 80, "FFmpeg guesses from the first frames"
    assert probe(path, max_seconds=60.0).duration_seconds == pytest.approx(20.0, abs=0.3)
    assert probe(path, max_seconds=15.0).duration_seconds > 15.0


def test_a_film_is_taken_for_its_sound(film):
    for muxer, container in (("matroska", "Matroska"), ("mp4", "MP4")):
        facts = probe(film(muxer))
        assert (facts.container, facts.sample_rate, facts.warnings) == (container, 44_100, ())


def test_the_first_samples_must_be_numbers(foreign, sweep):
    poisoned = sweep(44_100)
    poisoned[0, 10_000] = np.nan
    path = foreign(poisoned, muxer="wav", codec="pcm_f32le", kind="flt")
    with pytest.raises(UnsupportedMedia, match="not finite"):
        probe(path, min_seconds=0.5)


def test_a_file_of_many_streams_is_refused(many_streams):
    assert probe(many_streams(8)).warnings[0][0] == "several_audio_streams"
    with pytest.raises(UnsupportedMedia, match="9 audio streams; up to 8 are supported"):
        probe(many_streams(9))


def test_a_mebibyte_of_tags_is_the_most(foreign, sweep):
    song = foreign(sweep(44_100), muxer="flac", codec="flac", kind="s16").read_bytes()

    def tagged(size: int) -> bytes:
        comment = b"lyrics=" + b"la" * (size // 2)
        body = bytes(4) + (1).to_bytes(4, "little") + len(comment).to_bytes(4, "little") + comment
        return b"fLaC\0" + song[5:42] + b"\x04" + len(body).to_bytes(3, "big") + body + song[42:]

    path = foreign(sweep(1), name="tagged", muxer="flac", codec="flac", kind="s16")
    path.write_bytes(tagged(2**19))
    assert probe(path).codec == "flac"
    path.write_bytes(tagged(2**20))
    with pytest.raises(UnsupportedMedia, match="more than 1 MiB of tags"):
        probe(path)
