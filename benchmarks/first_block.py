"""How soon the first finished block of every stem is there, in units of the time its networks take for a segment."""

import statistics
import time

import numpy as np

from benchmarks.alternating import Run, timed
from benchmarks.asked import Asked
from benchmarks.recordings import noise
from benchmarks.rows import Row
from benchmarks.workshop import Workshop
from worker.engine.options import SeparationOptions
from worker.engine.separator import Separator
from worker.engine.statistics import MixStatistics

_LEAST_SECONDS = 24.0  # several segments, so that the first block is not the last


def measure_first_block(asked: Asked, workshop: Workshop) -> list[Row]:
    """The model alone, and the bag of four of its kind, each with one random shift."""
    return [_row(model, asked, workshop) for model in (asked.model, f"{asked.model}_ft")]


def _row(model: str, asked: Asked, workshop: Workshop) -> Row:
    separator = workshop.separator(model)
    mix = noise(max(_LEAST_SECONDS, asked.seconds))
    separator.warm_up()
    segments, firsts = [], []
    for _ in range(asked.runs):
        segments.append(timed(separator.warm_up))
        firsts.append(_first(separator, mix))
    units = statistics.median(
        first.processor_seconds / segment.processor_seconds for first, segment in zip(firsts, segments, strict=True)
    )
    return Row(
        name=f"{model}, {separator.precision}",
        figures={
            "segment_seconds": statistics.median(run.wall_seconds for run in segments),
            "first_block_seconds": statistics.median(run.wall_seconds for run in firsts),
            "first_block_in_segments": units,
        },
        runs=firsts,
        note="in segments: by processor seconds, median of each pair of runs",
    )


def _first(separator: Separator, mix: np.ndarray) -> Run:
    stream = separator.stream(
        iter([mix]), frames=mix.shape[1], statistics=MixStatistics(0.0, 0.05), options=SeparationOptions()
    )
    wall, processor = time.perf_counter(), time.process_time()
    block = next(stream)
    found = Run(time.perf_counter() - wall, time.process_time() - processor)
    if set(block) != set(separator.sources) or not all(stem.size for stem in block.values()):
        raise RuntimeError("the first block does not hold every stem")
    return found
