"""The songs the page is given: the bundled one, and its beginning."""

from pathlib import Path

import soundfile

SONG = Path(__file__).resolve().parents[2] / "cli" / "demo" / "mix.flac"


def beginning(folder: Path, seconds: float) -> Path:
    """So much of the song, as a file of its own."""
    rate = soundfile.info(SONG).samplerate
    samples, _ = soundfile.read(SONG, frames=int(seconds * rate))
    path = folder / "song.flac"
    soundfile.write(path, samples, rate)
    return path
