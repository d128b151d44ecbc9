"""`python -m worker.engine`: files in, files out, an exit code, words a person can act on."""

import hashlib

import pytest

from media.encode import Encoder
from media.formats import OutputFormat
from worker.engine.__main__ import main


@pytest.fixture
def song(lab, tmp_path):
    path = tmp_path / "My Song.flac"
    with Encoder(path, OutputFormat("flac"), sample_rate=44_100, channels=2) as encoder:
        encoder.write(lab.mix(60_000))
    return path


@pytest.fixture
def catalog(lab, publish, tmp_path):
    weights = tmp_path / "tiny.th"
    weights.write_bytes(publish(lab.module("HTDemucs")))
    path = tmp_path / "own.toml"
    path.write_text(
        f"""
[models.tiny]
class = "HTDemucs"
[[models.tiny.files]]
signature = "tiny"
url = "{weights.as_uri()}"
sha256 = "{hashlib.sha256(weights.read_bytes()).hexdigest()}"
"""
    )
    return path


@pytest.fixture
def run(catalog, tmp_path):
    """run(*arguments): the command with the tiny model, on the CPU, into `out`."""

    def command(*arguments):
        fixed = ["--catalog", catalog, "--weights", tmp_path / "cache", "-o", tmp_path / "out", "--device", "cpu"]
        return main([str(argument) for argument in (*fixed, *arguments)])

    return command


def test_a_song_becomes_a_folder_of_stems(run, song, tmp_path, capsys):
    assert run(song, "--model", "tiny", "--format", "flac", "--two-stems", "vocals") == 0
    found = sorted(path.name for path in (tmp_path / "out" / "My Song").iterdir())
    assert found == ["no_vocals.flac", "vocals.flac"]
    said = capsys.readouterr().out
    assert "no_vocals" in said
    assert "times realtime" in said


def test_a_wrong_file_is_said_in_a_sentence(run, tmp_path, capsys):
    path = tmp_path / "notes.wav"
    path.write_text("do re mi " * 50)
    assert run(path, "--model", "tiny") == 1
    assert "not audio" in capsys.readouterr().err


def test_an_unknown_model_is_said_with_those_there_are(run, song, capsys):
    assert run(song, "--model", "huge") == 2
    assert "htdemucs" in capsys.readouterr().err


def test_a_stem_that_is_not_there_is_wrong_use(run, song, capsys):
    assert run(song, "--model", "tiny", "--stems", "kazoo") == 2
    assert "kazoo" in capsys.readouterr().err


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "python -m worker.engine song.mp3" in capsys.readouterr().out
