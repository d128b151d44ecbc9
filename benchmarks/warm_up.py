"""From the start of a process to the first answered segment: what a new worker costs before its first job."""

import statistics

from benchmarks.asked import Asked
from benchmarks.child import in_a_child
from benchmarks.rows import Row
from benchmarks.workshop import Workshop
from worker.engine.separator import WARM_UP_SECONDS


def measure_warm_up(asked: Asked, workshop: Workshop) -> list[Row]:
    """The model and its bag of four."""
    return [_row(model, asked, workshop) for model in (asked.model, f"{asked.model}_ft")]


def _row(model: str, asked: Asked, workshop: Workshop) -> Row:
    workshop.repository.recipe(model)
    told = {"model": model, "catalog": workshop.repository.catalog, "weights": workshop.repository.converted}
    runs = [in_a_child("warmed", **told, device="cpu") for _ in range(asked.runs)]
    figures = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    bound = WARM_UP_SECONDS["cpu"]
    return Row(name=f"{model} on cpu", figures={**figures, "bound_share": figures["seconds"] / bound})
