"""One stem of a bag of specialists (`htdemucs_ft`): Demucs runs all four networks for it, ours the one."""

from benchmarks.alternating import alternate
from benchmarks.asked import Asked
from benchmarks.models import SOURCES, SPECIALISTS
from benchmarks.recordings import decibels, noise
from benchmarks.rows import Row
from benchmarks.separation import compared, reference, streaming
from benchmarks.workshop import Workshop
from worker.engine.options import SeparationOptions

_STEM = "vocals"


def measure_specialist(asked: Asked, workshop: Workshop) -> list[Row]:
    """The reference's bag, and ours asked for one stem."""
    model, mix = f"{asked.model}_ft", noise(asked.seconds / 2)
    modules, separator = workshop.modules(model), workshop.separator(model)
    options = SeparationOptions(stems=(_STEM,), shifts=0, overlap=asked.overlap)
    all_four, ours = "Demucs, four networks", f"ours, one network, {separator.precision}"
    one = streaming(separator, mix, options)
    found = alternate({all_four: lambda: reference(modules, mix, asked, SPECIALISTS), ours: one}, runs=asked.runs)
    wanted = reference(modules, mix, asked, SPECIALISTS)[SOURCES.index(_STEM)]
    near = {all_four: None, ours: decibels(wanted, one()[0])}
    return [
        Row(name=name, figures={**compared(runs, found[all_four]), "dB": near[name]}, runs=runs)
        for name, runs in found.items()
    ]
