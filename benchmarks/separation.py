"""`python -m benchmarks.separation`: separation alone, Demucs's apply_model against ours with the same options."""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from demucs.apply import apply_model
from numpy.typing import NDArray

from benchmarks.alternating import Run, alternate, median_processor_seconds, median_seconds
from benchmarks.limits import matrix_rate, segment_work
from benchmarks.machine import describe_machine
from benchmarks.models import MODELS
from benchmarks.report import show, store
from worker.engine.networks import network_of
from worker.engine.options import SeparationOptions
from worker.engine.separator import Member, Separator
from worker.engine.statistics import StatisticsMeter

Stems = NDArray[np.float32]
_NUMBERS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_REFERENCE = "reference"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, keep the JSON."""
    asked = _parser().parse_args(arguments)
    if asked.threads:
        torch.set_num_threads(asked.threads)
    result = measured(asked)
    print(show(result))
    print(f"\nKept in {store(result, 'separation')}")


def measured(asked: argparse.Namespace) -> dict[str, Any]:
    """All there is to report, JSON-able."""
    machine = describe_machine()
    module = MODELS[asked.model]()
    mix = _noise(module, asked.seconds)
    contenders: dict[str, Callable[[], Stems]] = {_REFERENCE: lambda: _reference(module, mix, asked)}
    contenders |= {name: _ours(module, mix, asked, precision=name) for name in asked.precisions}
    wanted = contenders[_REFERENCE]()
    decibels = {name: _decibels(wanted, compute()) for name, compute in contenders.items()}
    rates = {name: matrix_rate(number) for name, number in _NUMBERS.items()}
    runs = alternate(contenders, runs=asked.runs)
    work = segment_work(module) * _segments(module, asked)
    rows = [_row(name, runs, decibels[name], work=work, rates=rates) for name in contenders]
    return {
        "what": "separation alone",
        "machine": machine,
        "options": vars(asked),
        "matrix_rates_gflops": rates,
        "work_gflop": work,
        "rows": rows,
        "runs": {name: [asdict(run) for run in of] for name, of in runs.items()},
    }


def _row(
    name: str, runs: dict[str, list[Run]], decibels: float, *, work: float, rates: dict[str, float]
) -> dict[str, Any]:
    seconds, processor = median_seconds(runs[name]), median_processor_seconds(runs[name])
    return {
        "name": name,
        "seconds": seconds,
        "times_faster": median_seconds(runs[_REFERENCE]) / seconds,
        "times_less_processor": median_processor_seconds(runs[_REFERENCE]) / processor,
        "decibels": decibels,
        "share_of_matrix_rate": work / seconds / rates.get(name, rates["float32"]),
    }


def _reference(module: Any, mix: Stems, asked: argparse.Namespace) -> Stems:
    """apply_model on the mix normalised as demucs.api does it."""
    meter = StatisticsMeter()
    meter.add(mix)
    mean, scale = np.float32(meter.statistics.mean), np.float32(meter.statistics.scale)
    normalised = torch.from_numpy((mix - mean) / scale)[None]
    with torch.no_grad():
        found = apply_model(module, normalised, shifts=0, overlap=asked.overlap)[0]
    return np.asarray(found.numpy() * scale + mean, np.float32)


def _ours(module: Any, mix: Stems, asked: argparse.Namespace, *, precision: str) -> Callable[[], Stems]:
    network = network_of(module, torch.device("cpu"), precision)
    separator = Separator(asked.model, (Member(network, (1.0,) * len(module.sources)),))
    meter = StatisticsMeter()
    meter.add(mix)
    options = SeparationOptions(shifts=0, overlap=asked.overlap)

    def separate() -> Stems:
        blocks = separator.stream(iter([mix]), frames=mix.shape[1], statistics=meter.statistics, options=options)
        return np.concatenate([np.stack(list(block.values())) for block in blocks], axis=-1)

    return separate


def _segments(module: Any, asked: argparse.Namespace) -> int:
    advance = (1.0 - asked.overlap) * float(module.segment)
    return math.ceil(asked.seconds / advance)


def _noise(module: Any, seconds: float) -> Stems:
    """Noise that swells and fades."""
    frames = int(seconds * module.samplerate)
    drawn = np.random.default_rng(3).standard_normal((module.audio_channels, frames)) * 0.2
    return (drawn * (0.2 + np.abs(np.sin(np.arange(frames) / 30_000.0)))).astype(np.float32)


def _decibels(wanted: Stems, found: Stems) -> float:
    difference = float(np.square(wanted.astype(np.float64) - found).sum())
    energy = float(np.square(wanted, dtype=np.float64).sum())
    return float("inf") if difference == 0.0 else float(10.0 * np.log10(energy / difference))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.separation", description=__doc__)
    add = parser.add_argument
    add("--model", choices=MODELS, default="htdemucs")
    add("--seconds", type=float, default=12.0, help="length of the mix (default: 12)")
    add("--runs", type=int, default=5, help="counted runs of each contender (default: 5)")
    add("--precisions", nargs="+", choices=_NUMBERS, default=list(_NUMBERS))
    add("--overlap", type=float, default=0.25)
    add("--threads", type=int, default=0, help="0: as many as torch takes by itself")
    return parser


if __name__ == "__main__":
    main()
