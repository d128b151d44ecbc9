"""`python -m worker.engine SONG`: the engine by itself on the command line, with a progress bar. No server."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from media.errors import MediaError
from media.formats import FORMAT_NAMES
from worker.engine.catalog import load_recipes, recipe_named
from worker.engine.errors import CatalogInvalid, EngineError, InvalidOptions, UnknownModel
from worker.engine.loading import default_folder, load_separator
from worker.engine.options import OutputOptions, SeparationOptions
from worker.engine.recording import separate_file
from worker.engine.results import Separation
from worker.engine.separator import Separator
from worker.engine.watch import Stage, Watch
from worker.engine.weights import WeightsStore

_EXAMPLE = """example:
  python -m worker.engine song.mp3 -o stems/ --model htdemucs --two-stems vocals --format flac"""


class _Bar(Watch):
    """One bar that starts anew with each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[Stage, TaskID] = {}

    def progress(self, stage: Stage, fraction: float) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=1.0)
        self._progress.update(self._tasks[stage], completed=fraction)


def main(arguments: Sequence[str] | None = None) -> int:
    """Separate the recordings named. 0: done; 1: one of them could not be separated; 2: wrong use."""
    asked = _parser().parse_args(arguments)
    # Threads that spin while they wait starve each other where the processor is shared. Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    console = Console(stderr=True)
    try:
        with _progress(console) as progress:
            separator = _separator(asked, progress)
        for source in asked.files:
            with _progress(console) as progress:
                found = _separate(source, separator, asked, _Bar(progress))
            _tell(source, found)
    except (EngineError, MediaError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        return 2 if isinstance(error, InvalidOptions | UnknownModel | CatalogInvalid) else 1
    return 0


def _separator(asked: argparse.Namespace, progress: Progress) -> Separator:
    bars: dict[str, TaskID] = {}

    def fetched(name: str, there: int, whole: int | None) -> None:
        if name not in bars:
            bars[name] = progress.add_task(f"fetching {name}", total=whole)
        progress.update(bars[name], completed=there, total=whole)

    return load_separator(
        recipe_named(asked.model, load_recipes(asked.catalog)),
        device=asked.device,
        precision=asked.precision,
        weights=WeightsStore(asked.weights or default_folder()),
        progress=fetched,
    )


def _separate(source: Path, separator: Separator, asked: argparse.Namespace, watch: Watch) -> Separation:
    return separate_file(
        source,
        asked.output / source.stem,
        separator=separator,
        options=SeparationOptions(
            stems=None if asked.stems is None else tuple(asked.stems.split(",")),
            two_stems=asked.two_stems,
            shifts=asked.shifts,
            overlap=asked.overlap,
            seed=asked.seed,
            clip=asked.clip,
            residual=asked.residual,
        ),
        output=OutputOptions(
            format=asked.format, bit_depth=asked.bit_depth, sample_rate=asked.sample_rate, channels="source"
        ),
        watch=watch,
    )


def _tell(source: Path, found: Separation) -> None:
    table = Table("stem", "seconds", "peak", "file", title=f"{source.name} on {found.device}, {found.precision}")
    for stem in found.stems:
        table.add_row(stem.name, f"{stem.frames / stem.sample_rate:.2f}", f"{stem.peak:.3f}", str(stem.path))
    console = Console()
    console.print(table)
    for code, detail in found.warnings:
        console.print(f"{code}: {detail}")
    console.print(f"{found.realtime_factor:.1f} times realtime")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m worker.engine",
        description="Separate recordings into their stems.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, help="recordings of any common format")
    add("-o", "--output", type=Path, default=Path("stems"), help="files go to OUTPUT/SONG/STEM.wav (default: stems)")
    add("--model", default="demo", help="a model of the catalog (default: demo, small and bundled)")
    add("--stems", help="only these, with commas between: vocals,drums")
    add("--two-stems", help="only this stem and everything else")
    add("--format", choices=FORMAT_NAMES, default="wav", help="default: wav")
    add("--bit-depth", choices=("source", "16", "24", "32f"), default="source", help="of wav and flac")
    add("--sample-rate", type=int, help="in Hz (default: the recording's)")
    add("--shifts", type=int, default=1, help="random shifts to average over (default: 1)")
    add("--overlap", type=float, default=0.25, help="of neighbouring segments (default: 0.25)")
    add("--seed", type=int, help="of the shifts (default: from the recording's content)")
    add("--clip", choices=("joint", "clamp", "none"), default="joint", help="against overload (default: joint)")
    add("--residual", action="store_true", help="add what the stems leave out")
    add("--device", default="auto", help="auto, cpu, cuda, cuda:1 ... (default: auto)")
    add("--precision", default="auto", help="auto, float32, bfloat16, float16 (default: auto)")
    add("--catalog", type=Path, help="a TOML file with models of your own")
    add("--weights", type=Path, help="the folder of weights (default: ~/.cache/stemify/models)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
