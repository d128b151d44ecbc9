"""The demo song: one composed song, kept out of training, and its true stems as 16-bit FLAC files. No networks."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from media.encode import Encoder
from media.formats import OutputFormat
from training.songs import SAMPLE_RATE, Song, compose, mixed
from training.synthesis.space import Stereo

SEED = 3_000_020
SECONDS = 20.0
_FULL_SCALE = np.float32(2**15)
_EXAMPLE = "example:\n  python -m training.demo_song --out cli/demo"


def rounded(song: Song) -> Song:
    """The song with every stem on the grid of 16 bits, so that files of it add up to the file of the mix exactly."""
    stems = {name: (np.round(stem * _FULL_SCALE) / _FULL_SCALE).astype(np.float32) for name, stem in song.stems.items()}
    return Song(stems=stems, mix=mixed(stems))


def written(song: Song, folder: Path) -> list[Path]:
    """Write mix.flac and a file a stem into the folder and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_file(folder / f"{name}.flac", part) for name, part in {"mix": song.mix, **song.stems}.items()]


def _file(path: Path, part: Stereo) -> Path:
    with Encoder(path, OutputFormat("flac", "16"), sample_rate=SAMPLE_RATE, channels=2) as encoder:
        encoder.write(part)
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the demo song from the command line."""
    parser = argparse.ArgumentParser(
        "python -m training.demo_song",
        description="Write the demo song: mix.flac and its true stems.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    parser.add_argument(
        "--seed", type=int, default=SEED, help=f"which song (default {SEED}; training knows those from 0 on)"
    )
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"its length (default {SECONDS:g})")
    chosen = parser.parse_args(arguments)
    for path in written(rounded(compose(chosen.seed, chosen.seconds)), chosen.out):
        sys.stdout.write(f"{path}  {path.stat().st_size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
