"""Runs contenders in turn, so that what disturbs the machine disturbs all of them alike."""

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Of one contender, once: seconds on the clock, and seconds of processor that it used, its children's included."""

    wall_seconds: float
    processor_seconds: float


def alternate(
    contenders: Mapping[str, Callable[[], object]], *, runs: int, rehearsed: bool = False
) -> dict[str, list[Run]]:
    """Each contender `runs` times, after one round that is not counted (unless all were `rehearsed` already)."""
    if not rehearsed:
        for compute in contenders.values():
            compute()
    found: dict[str, list[Run]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, compute in contenders.items():
            found[name].append(timed(compute))
    return found


def timed(compute: Callable[[], object]) -> Run:
    """One run."""
    wall, processor = time.perf_counter(), _processor_seconds()
    compute()
    return Run(time.perf_counter() - wall, _processor_seconds() - processor)


def median_seconds(runs: Sequence[Run]) -> float:
    """On the clock."""
    return statistics.median(run.wall_seconds for run in runs)


def median_processor_seconds(runs: Sequence[Run]) -> float:
    """Of processor."""
    return statistics.median(run.processor_seconds for run in runs)


def _processor_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
