"""Separation alone: Demucs's apply_model against ours with the same weights, input, options and threads."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from demucs.apply import BagOfModels, apply_model

from benchmarks.alternating import Run, alternate, median_processor_seconds, median_seconds
from benchmarks.asked import Asked
from benchmarks.limits import matrix_rate, segment_work
from benchmarks.recordings import Samples, decibels, noise
from benchmarks.rows import Row
from benchmarks.workshop import Workshop
from worker.engine.options import SeparationOptions
from worker.engine.separator import Separator
from worker.engine.statistics import StatisticsMeter

REFERENCE = "Demucs, float32"
_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def measure_separation(asked: Asked, workshop: Workshop) -> list[Row]:
    """The reference, then ours in each precision."""
    modules, mix = workshop.modules(asked.model), noise(asked.seconds)
    contenders: dict[str, Callable[[], Samples]] = {REFERENCE: lambda: reference(modules, mix, asked)}
    for precision in _PRECISIONS:
        separator = workshop.separator(asked.model, precision=precision)
        contenders[f"ours, {precision}"] = streaming(separator, mix, SeparationOptions(shifts=0, overlap=asked.overlap))
    answers = {name: compute() for name, compute in contenders.items()}
    rates = {f"ours, {name}": matrix_rate(number) for name, number in _PRECISIONS.items()}
    rates[REFERENCE] = rates["ours, float32"]
    found = alternate(contenders, runs=asked.runs, rehearsed=True)
    work = segment_work(modules[0]) * _segments(modules[0], asked)
    return [
        Row(
            name=name,
            figures={
                **compared(runs, found[REFERENCE]),
                "realtime": asked.seconds / median_seconds(runs),
                "dB": decibels(answers[REFERENCE], answers[name]) if name != REFERENCE else None,
                "matrix_rate_gflops": rates[name],
                "matrix_rate_share": work / median_seconds(runs) / rates[name],
            },
            runs=runs,
        )
        for name, runs in found.items()
    ]


def compared(runs: list[Run], with_these: list[Run]) -> dict[str, float | None]:
    """Medians, and ratios with another contender's: above 1 where `runs` are faster."""
    return {
        "seconds": median_seconds(runs),
        "times_faster": median_seconds(with_these) / median_seconds(runs),
        "times_less_processor": median_processor_seconds(with_these) / median_processor_seconds(runs),
    }


def reference(modules: list[Any], mix: Samples, asked: Asked, weights: Any = None) -> Samples:
    """apply_model on the mix normalised as demucs.api does it; sources x channels x frames."""
    meter = StatisticsMeter()
    meter.add(mix)
    mean, scale = np.float32(meter.statistics.mean), np.float32(meter.statistics.scale)
    model = BagOfModels(modules, weights)
    with torch.no_grad():
        found = apply_model(model, torch.from_numpy((mix - mean) / scale)[None], shifts=0, overlap=asked.overlap)[0]
    return np.asarray(found.numpy() * scale + mean, np.float32)


def streaming(separator: Separator, mix: Samples, options: SeparationOptions) -> Callable[[], Samples]:
    """Ours on the same mix: sources x channels x frames."""
    meter = StatisticsMeter()
    meter.add(mix)

    def separate() -> Samples:
        blocks = separator.stream(iter([mix]), frames=mix.shape[1], statistics=meter.statistics, options=options)
        return np.concatenate([np.stack(list(block.values())) for block in blocks], axis=-1)

    return separate


def _segments(module: Any, asked: Asked) -> int:
    return math.ceil(asked.seconds / ((1.0 - asked.overlap) * float(module.segment)))
