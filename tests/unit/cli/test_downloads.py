"""Where a song's stems go on this machine."""

from pathlib import Path

import pytest

from cli.downloads import song_folder

ROOT = Path("stems")


@pytest.mark.parametrize(
    ("filename", "folder"),
    [
        ("Song.mp3", "Song"),
        ("No. 9.flac", "No. 9"),
        ("noending", "noending"),
        (".hidden", "hidden"),
        ("../../etc/passwd.mp3", "_.._etc_passwd"),
        ("..\\..\\x", "_"),
        ("a\\b:c?.wav", "a_b_c_"),
        ("", "job"),
        ("...", "job"),
        ("Für Elise 夜.ogg", "Für Elise 夜"),
        ("x" * 300 + ".wav", "x" * 120),
    ],
)
def test_a_song_gets_a_folder_of_its_name_that_cannot_lead_elsewhere(filename: str, folder: str) -> None:
    found = song_folder(ROOT, filename, otherwise="job")
    assert found.parent == ROOT
    assert found.name == folder
