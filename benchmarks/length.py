"""What a longer recording costs: peak memory, and processor seconds a minute of audio. Each in a process of its own."""

import shutil
from collections.abc import Iterator, Sequence

from benchmarks.asked import Asked
from benchmarks.child import in_a_child
from benchmarks.recordings import long_file
from benchmarks.rows import Row
from benchmarks.workshop import Workshop

_MIB = 1024**2
_REHEARSED_MINUTES = 0.2
"""Separated first and not counted: what is paid once a process (a second or so) is no cost of a minute."""

_LEAST = "least"


def measure_length(asked: Asked, workshop: Workshop) -> Iterator[Row]:
    """Minutes and hours through a network of hardly any arithmetic: what is measured is the streaming around it."""
    return _measured(_LEAST, asked.lengths, workshop)


def measure_memory(asked: Asked, workshop: Workshop) -> Iterator[Row]:
    """Minutes through the model itself; hours of it would take longer than they last on a CPU."""
    return _measured(asked.model, asked.model_lengths, workshop)


def _measured(model: str, lengths: Sequence[float], workshop: Workshop) -> Iterator[Row]:
    workshop.repository.recipe(model)
    first: dict[str, float] = {}
    for minutes in lengths:
        figures = _one(model, minutes, workshop)
        first = first or figures
        ratios = {f"{name}_of_first": figures[name] / first[name] for name in ("peak_MiB", "processor_s_a_minute")}
        note = "mono FLAC to four mono FLAC, clip=clamp"
        yield Row(name=f"{model}, {minutes:g} min", figures=figures | ratios, note=note)


def _one(model: str, minutes: float, workshop: Workshop) -> dict[str, float]:
    short, folder = long_file(workshop.folder / "short.flac", _REHEARSED_MINUTES), workshop.folder / "long"
    source = long_file(workshop.folder / "long.flac", minutes)
    try:
        found = in_a_child(
            "separated",
            rehearsal=short,
            source=source,
            folder=folder,
            model=model,
            catalog=workshop.repository.catalog,
            weights=workshop.repository.converted,
            device="cpu",
        )
    finally:
        source.unlink()
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "seconds": found["seconds"],
        "peak_MiB": found["peak_bytes"] / _MIB,
        "processor_s_a_minute": found["processor_seconds"] / minutes,
    }
