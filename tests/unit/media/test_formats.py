"""What each format is called and can carry; and that the light files stay light."""

import subprocess
import sys

import pytest

from media.formats import FORMAT_NAMES, OutputFormat


def test_names_types_and_codecs():
    table = {name: OutputFormat(name) for name in FORMAT_NAMES}
    assert {name: output.extension for name, output in table.items()} == {name: f".{name}" for name in FORMAT_NAMES}
    assert [output.media_type for output in table.values()] == [
        "audio/wav",
        "audio/flac",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
    ]
    assert [output.codec for output in table.values()] == ["pcm_s16le", "flac", "mp3", "aac", "vorbis"]
    assert [output.lossy for output in table.values()] == [False, False, True, True, True]
    assert [output.kbps for output in table.values()] == [None, None, 256, 256, 224]
    assert OutputFormat("wav", "24").codec == "pcm_s24le"
    assert OutputFormat("wav", "32f").codec == "pcm_f32le"


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("wav", "24", "24"),
        ("wav", "32f", "32f"),
        ("wav", None, "16"),
        ("flac", "32f", "24"),
        ("flac", "24", "24"),
        ("mp3", "24", "24"),
    ],
)
def test_the_closest_depth_to_a_sources(name, source, expected):
    assert OutputFormat.closest(name, bit_depth=source).bit_depth == expected


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("wav", 96_000, 96_000),
        ("flac", 37_800, 37_800),
        ("mp3", 44_100, 44_100),
        ("mp3", 96_000, 48_000),
        ("mp3", 37_800, 44_100),
        ("m4a", 96_000, 96_000),
        ("m4a", 192_000, 96_000),
        ("ogg", 192_000, 192_000),
    ],
)
def test_the_closest_rate_to_a_sources(name, source, expected):
    assert OutputFormat(name).closest_rate(source) == expected


@pytest.mark.parametrize(
    "wrong", [{"name": "wma"}, {"name": "flac", "bit_depth": "32f"}, {"name": "wav", "bit_depth": "8"}]
)
def test_what_does_not_exist_is_refused(wrong):
    with pytest.raises(ValueError, match=r"unknown|cannot hold"):
        OutputFormat(**wrong)


@pytest.mark.parametrize("kbps", [0, 7, 513])
def test_absurd_bit_rates_are_refused(kbps):
    with pytest.raises(ValueError, match="bitrate_kbps"):
        OutputFormat("mp3", bitrate_kbps=kbps)


def test_the_light_files_load_no_library():
    code = "import sys, media.errors, media.formats, media.facts; print({'av', 'soxr', 'numpy'} & sys.modules.keys())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "set()"
