"""What is not audio is refused, is named, and never makes us open anything else."""

import io
import os
import tarfile
import zipfile

import av
import numpy as np
import pytest

from media.decode import decode
from media.errors import UnsupportedMedia
from media.probe import probe
from media.whitelists import CONTAINERS, DECODERS


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("song.wav", b"RIFF")
    return target.getvalue()


def _tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("song.wav"))
    return target.getvalue()


CONTENTS = {
    "text": (b"Dear sir, I am not a song.\n" * 40, "plain text"),
    "text with accents": ("Größe und Ähnliches\n".encode() * 400, "plain text"),
    "empty": (b"", "an empty file"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0" + bytes(100), "a PNG picture"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(100), "a JPEG picture"),
    "zip": (_zip(), "a ZIP archive"),
    "tar": (_tar(), "a tar archive"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + bytes(100), "a PDF document"),
    "html": (b"<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
    "json": (b'{"error": "not found"}', "JSON text"),
    "midi": (b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0\0\0", "MIDI notes, which hold no sound"),
    "windows media": (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(200), "Windows Media"),
    "avi": (b"RIFF\x24\0\0\0AVI LIST" + bytes(200), "AVI video"),
    "wav header alone": (b"RIFF\x24\0\0\0WAVE", "WAV, damaged or cut short"),
    "flac header alone": (b"fLaC\0\0\0\x22" + bytes(34), "FLAC, damaged or cut short"),
    "nothing known": (bytes(range(128, 256)) * 20, "unknown data"),
}


def _aifc(kind: bytes, bits: int) -> bytes:
    common = (2).to_bytes(2, "big") + (900).to_bytes(4, "big") + bits.to_bytes(2, "big")
    common += b"\x40\x0e\xac\x44" + bytes(6) + kind + bytes(2)
    sound = bytes(8) + bytes(900 * 2 * bits // 8)
    chunks = b"COMM" + len(common).to_bytes(4, "big") + common + b"SSND" + len(sound).to_bytes(4, "big") + sound
    return b"FORM" + (4 + len(chunks)).to_bytes(4, "big") + b"AIFC" + chunks


def test_what_would_be_decoded_to_noise_is_refused(tmp_path):
    path = tmp_path / "song.aif"
    path.write_bytes(_aifc(b"sowt", 24))
    with pytest.raises(UnsupportedMedia, match="little-endian samples of 24 bits; save it as"):
        probe(path)
    for kind, bits in ((b"sowt", 16), (b"in24", 24)):
        path.write_bytes(_aifc(kind, bits))
        assert probe(path).duration_seconds == pytest.approx(900 / 44_100)
    wav = b"WAVEfmt \0\0\0\x10\0\1\0\1\0\0\xac\x44\0\1\x58\x88\0\2\0\x10data\0\0\x10\0" + bytes(4096)
    path.write_bytes(b"RIFX" + len(wav).to_bytes(4, "big") + wav)
    with pytest.raises(UnsupportedMedia, match="RIFX"):
        probe(path)


@pytest.mark.parametrize(("content", "found"), CONTENTS.values(), ids=CONTENTS.keys())
def test_what_is_not_audio_is_named(tmp_path, content, found):
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    for attempt in (lambda: probe(path), lambda: list(decode(path))):
        with pytest.raises(UnsupportedMedia) as caught:
            attempt()
        assert caught.value.found == found
        assert found in str(caught.value)


@pytest.mark.parametrize(("muxer", "found"), [("matroska", "Matroska, video only"), ("mp4", "MP4, video only")])
def test_video_alone_is_named(video, muxer, found):
    with pytest.raises(UnsupportedMedia) as caught:
        probe(video(muxer))
    assert caught.value.found == found


@pytest.mark.parametrize(
    ("muxer", "codec", "kind", "found"),
    [
        ("matroska", "ac3", "fltp", "Matroska with ATSC A/52A (AC-3), which is not supported; FLAC or MP3 are"),
        ("wav", "adpcm_ms", "s16", "WAV with ADPCM Microsoft, which is not supported; FLAC or MP3 are"),
        ("asf", "mp2", "s16", "Windows Media"),
        ("au", "pcm_s16be", "s16", "Sun audio"),
    ],
)
def test_formats_and_codecs_outside_the_lists_are_refused(foreign, sweep, muxer, codec, kind, found):
    with pytest.raises(UnsupportedMedia) as caught:
        probe(foreign(sweep(20_000), muxer=muxer, codec=codec, kind=kind))
    assert caught.value.found == found


POINTERS = {
    "ffconcat": ("ffconcat version 1.0\nfile secret.wav\n", "an ffconcat script"),
    "ffconcat absolute": ("ffconcat version 1.0\nfile {folder}/secret.wav\n", "an ffconcat script"),
    "hls": ("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.wav\n#EXT-X-ENDLIST\n", "an HLS or M3U playlist"),
    "hls file": (
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{folder}/secret.wav\n",
        "an HLS or M3U playlist",
    ),
    "hls http": ("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n", "an HLS or M3U playlist"),
    "sdp": (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        "an SDP session description",
    ),
    "dash": ('<?xml version="1.0"?><MPD><Period><BaseURL>secret.wav</BaseURL></Period></MPD>', "a DASH manifest"),
    "subfile": ("subfile,,start,0,end,0,,:{folder}/secret.wav", "plain text"),
}


@pytest.mark.parametrize(("text", "found"), POINTERS.values(), ids=POINTERS.keys())
@pytest.mark.parametrize("name", ["song.mp3", "list.m3u8", "list.ffconcat", "list.sdp", "list.mpd"])
def test_text_that_points_elsewhere_opens_nothing(tmp_path, foreign, sweep, text, found, name):
    foreign(sweep(20_000), name="secret.wav", muxer="wav", codec="pcm_s16le", kind="s16")
    path = tmp_path / name
    path.write_text(text.format(folder=tmp_path))
    with pytest.raises(UnsupportedMedia) as caught:
        probe(path)
    assert caught.value.found == found


def test_the_trap_is_real_and_there_is_a_second_wall(tmp_path, foreign, sweep, monkeypatch):
    foreign(sweep(20_000), name="secret.wav", muxer="wav", codec="pcm_s16le", kind="s16")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "song.mp3"
    path.write_text("ffconcat version 1.0\nfile secret.wav\n")
    with path.open("rb") as file, av.open(file) as unguarded:
        assert sum(frame.samples for frame in unguarded.decode(audio=0)) == 20_000
    monkeypatch.setitem(CONTAINERS, "concat", "a script")  # the first wall falls
    with pytest.raises(UnsupportedMedia):
        list(decode(path))
    monkeypatch.setattr("media.whitelists.PROTOCOLS", ("file",))  # and the second
    assert sum(block.shape[1] for block in decode(path)) == 20_000


def test_pipes_and_folders_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(UnsupportedMedia, match="not a regular file"):
            probe(path)


@pytest.mark.parametrize("rate", [4_000, 384_000])
def test_absurd_rates_are_refused(foreign, sweep, rate):
    with pytest.raises(UnsupportedMedia, match="Hz"):
        probe(foreign(sweep(5_000), rate=rate, muxer="wav", codec="pcm_s16le", kind="s16"))


def test_too_many_channels_are_refused(tmp_path):
    samples = np.zeros(200 * 16, np.int16).tobytes()
    fields = b"fmt " + (16).to_bytes(4, "little") + np.array([1, 16], "<u2").tobytes()
    fields += np.array([44_100, 44_100 * 32], "<u4").tobytes() + np.array([32, 16], "<u2").tobytes()
    path = tmp_path / "many"
    path.write_bytes(b"RIFF\xff\xff\0\0WAVE" + fields + b"data" + len(samples).to_bytes(4, "little") + samples)
    with pytest.raises(UnsupportedMedia, match="16 channels"):
        probe(path)


def test_noise_is_refused(tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(np.random.default_rng(5).bytes(200_000))
    with pytest.raises(UnsupportedMedia):
        list(decode(path))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x7fELF" + bytes(60), "a program"),
        (b"PK\3\4" + bytes(40), "a ZIP archive"),
    ],
)
def test_songs_inside_something_else_are_not_played(foreign, sweep, head, found):
    path = foreign(sweep(48_000), muxer="mp3", codec="libmp3lame", kind="fltp")
    song = path.read_bytes()
    path.write_bytes(bytes(range(128, 240)) + song)
    assert probe(path).container == "MP3", "rubbish before the first frame is forgiven"
    path.write_bytes(head + song)
    with pytest.raises(UnsupportedMedia) as caught:
        probe(path)
    assert caught.value.found == found


def test_the_lists_name_things_ffmpeg_has():
    for name in DECODERS:
        assert av.Codec(name, "r").type == "audio"
    known = {part for name in av.formats_available for part in name.split(",")}
    assert known >= set(CONTAINERS)
