"""A file's facts are read from its content, whatever it is called."""

import numpy as np
import pytest

from media.errors import MediaTooShort
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
