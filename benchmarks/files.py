"""From a song's file to four WAV files: our engine against Demucs's own command, with the same weights and options.

Warm: the engine as a worker has it, loaded once. Cold: a command each, from nothing to files.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.alternating import alternate, median_seconds
from benchmarks.asked import Asked
from benchmarks.recordings import Samples, decibels, noise_file
from benchmarks.rows import Row
from benchmarks.separation import compared
from benchmarks.workshop import Workshop
from media.decode import decode
from worker.engine import OutputOptions, SeparationOptions, Separator, separate_file

_COMMAND = "python -m demucs"
_COLD_SECONDS = 6.0  # within one segment: what is left is the start


def measure_files(asked: Asked, workshop: Workshop) -> list[Row]:
    """The song by Demucs's command, and by our engine kept warm."""
    song = noise_file(workshop.folder / "song.wav", asked.song_seconds)
    separator = workshop.separator(asked.model)
    warm = noise_file(workshop.folder / "warm.wav", _COLD_SECONDS)
    _ours(separator, warm, workshop.folder / "warm", asked)
    contenders = {
        _COMMAND: _demucs(workshop, song, asked),
        f"ours, warm, {separator.precision}": lambda: _ours(separator, song, workshop.folder / "ours", asked),
    }
    return _rows(contenders, asked, seconds=asked.song_seconds, workshop=workshop, song=song)


def measure_cold(asked: Asked, workshop: Workshop) -> list[Row]:
    """A recording of one segment by two commands, each from the start of its process."""
    song = noise_file(workshop.folder / "cold.wav", min(_COLD_SECONDS, asked.song_seconds))
    contenders = {_COMMAND: _demucs(workshop, song, asked), "ours, cold": _ours_cold(workshop, song, asked)}
    return _rows(contenders, asked, seconds=min(_COLD_SECONDS, asked.song_seconds), workshop=workshop, song=song)


def _rows(
    contenders: dict[str, Callable[[], object]], asked: Asked, *, seconds: float, workshop: Workshop, song: Path
) -> list[Row]:
    found = alternate(contenders, runs=asked.runs, rehearsed=True)
    wanted = _stems(workshop.folder / "reference" / asked.model / song.stem)
    ours = next(path for path in (workshop.folder / "ours" / song.stem, workshop.folder / "ours") if path.is_dir())
    near = decibels(wanted, _stems(ours))
    return [
        Row(
            name=name,
            figures={
                **compared(runs, found[_COMMAND]),
                "realtime": seconds / median_seconds(runs),
                "dB": None if name == _COMMAND else near,
            },
            runs=runs,
            note=f"{seconds:.0f} s to four WAV files of 16 bits, {asked.runs} runs in turn",
        )
        for name, runs in found.items()
    ]


def _demucs(workshop: Workshop, song: Path, asked: Asked) -> Callable[[], object]:
    workshop.repository.recipe(asked.model)
    command = ["-m", "demucs", "--repo", workshop.repository.folder, "-n", asked.model, "-d", "cpu", "--shifts", "0"]
    command += ["--overlap", asked.overlap, "-o", workshop.folder / "reference", song]
    return lambda: _run(command)


def _ours_cold(workshop: Workshop, song: Path, asked: Asked) -> Callable[[], object]:
    repository = workshop.repository
    command = ["-m", "worker.engine", song, "-o", workshop.folder / "ours", "--model", asked.model, "--shifts", "0"]
    command += ["--overlap", asked.overlap, "--catalog", repository.catalog, "--weights", repository.converted]
    return lambda: _run([*command, "--device", "cpu", "--bit-depth", "16"])


def _ours(separator: Separator, song: Path, folder: Path, asked: Asked) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    separate_file(
        song,
        folder / song.stem,
        separator=separator,
        options=SeparationOptions(shifts=0, overlap=asked.overlap),
        output=OutputOptions(format="wav", bit_depth="16"),
    )


def _run(arguments: list[object]) -> None:
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:4])} ended with {done.returncode}: {done.stderr[-500:]}")


def _stems(folder: Path) -> Samples:
    paths = sorted(folder.glob("*.wav"))
    return np.stack([np.concatenate(list(decode(path)), axis=-1) for path in paths])
