"""Songs composed once and kept on disk, 16 bits a sample, for training to read from. It knows nothing of networks."""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.songs import SAMPLE_RATE, STEMS, compose

Library: TypeAlias = NDArray[np.int16]
_FULL_SCALE = 32_767
_EXAMPLE = "example:\n  python -m training.library --songs 900 --seconds 7 --out /tmp/songs.npy --processes 2"


def quantized(seed: int, seconds: float) -> Library:
    """The stems of one song as 16-bit numbers, `stems x channels x frames`."""
    song = compose(seed, seconds)
    return np.stack([np.round(song.stems[name] * _FULL_SCALE) for name in STEMS]).astype(np.int16)


def made(path: Path, *, songs: int, seconds: float, processes: int = 1, first_seed: int = 0) -> None:
    """Compose `songs` songs into a new file of numpy's format; it appears under its name only when all are there."""
    partial = path.with_suffix(".partial.npy")
    frames = round(seconds * SAMPLE_RATE)
    shape = (songs, len(STEMS), 2, frames)
    store = np.lib.format.open_memmap(partial, mode="w+", dtype=np.int16, shape=shape)
    started = time.monotonic()
    seeds = range(first_seed, first_seed + songs)
    with ProcessPoolExecutor(processes) as pool:
        for number, stems in enumerate(pool.map(quantized, seeds, [seconds] * songs, chunksize=4)):
            store[number] = stems
            if (number + 1) % 50 == 0 or number + 1 == songs:
                _say(f"{number + 1} of {songs} songs, {time.monotonic() - started:.0f} s")
    store.flush()
    partial.replace(path)


def opened(path: Path) -> Library:
    """The library of a file, read only and mapped: `songs x stems x channels x frames`."""
    store: Library = np.load(path, mmap_mode="r")
    return store


def scaled(samples: Library) -> NDArray[np.float32]:
    """The numbers of a library as float32 between -1 and 1."""
    return samples.astype(np.float32) / np.float32(_FULL_SCALE)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a library from the command line."""
    parser = argparse.ArgumentParser(
        "python -m training.library",
        description="Compose a library of songs to train from.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="the file to make (.npy)")
    parser.add_argument("--songs", type=int, default=900, help="how many (default 900)")
    parser.add_argument("--seconds", type=float, default=7.0, help="length of each (default 7)")
    parser.add_argument("--processes", type=int, default=2, help="how many compose at once (default 2)")
    parser.add_argument("--first-seed", type=int, default=0, help="seed of the first song (default 0)")
    chosen = parser.parse_args(arguments)
    made(
        chosen.out,
        songs=chosen.songs,
        seconds=chosen.seconds,
        processes=chosen.processes,
        first_seed=chosen.first_seed,
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
