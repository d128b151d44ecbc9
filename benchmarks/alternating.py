"""Runs contenders in turn, so that what disturbs the machine disturbs all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Of one contender, once: seconds on the clock, and seconds of processor that the process used."""

    wall_seconds: float
    processor_seconds: float


def alternate(contenders: Mapping[str, Callable[[], object]], *, runs: int) -> dict[str, list[Run]]:
    """Each contender `runs` times, after one round that is not counted."""
    for compute in contenders.values():
        compute()
    found: dict[str, list[Run]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, compute in contenders.items():
            found[name].append(_timed(compute))
    return found


def median_seconds(runs: list[Run]) -> float:
    """On the clock."""
    return statistics.median(run.wall_seconds for run in runs)


def median_processor_seconds(runs: list[Run]) -> float:
    """Of processor."""
    return statistics.median(run.processor_seconds for run in runs)


def _timed(compute: Callable[[], object]) -> Run:
    wall, processor = time.perf_counter(), time.process_time()
    compute()
    return Run(time.perf_counter() - wall, time.process_time() - processor)
