"""Runs the trials of a suite one after the other; every failure is kept, none stops the rest."""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from tests.suites.trial import Outcome, Trial


@dataclass
class Row:
    """A trial and what came of it. `state`: passed, failed or waiting."""

    name: str
    title: str
    state: str
    wanted: int
    done: int
    seconds: float
    failed: list[str] = field(default_factory=list)
    figures: dict[str, float | int | str] = field(default_factory=dict)
    waits_for: str | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


def choose(trials: Sequence[Trial], names: str | None) -> list[Trial]:
    """Those named ("F1,F4"), all when none is. Raises ValueError for a name that is not there."""
    if not names:
        return list(trials)
    by_name = {trial.name: trial for trial in trials}
    wished = [name.strip().upper() for name in names.split(",") if name.strip()]
    if unknown := [name for name in wished if name not in by_name]:
        raise ValueError(f"no such trial: {', '.join(unknown)}; there are {', '.join(by_name)}")
    return [by_name[name] for name in wished]


def run_trial(trial: Trial, repetitions: int, *, judges_marks: bool = True) -> Row:
    """One trial. An exception it raises is a failure of it, and so is a missed mark where marks are judged."""
    if trial.waits_for is not None:
        return Row(trial.name, trial.title, "waiting", 0, 0, 0.0, waits_for=trial.waits_for)
    started = time.monotonic()
    try:
        outcome = trial.run(repetitions)
        outcome.expect(outcome.done >= repetitions, f"{outcome.done} of {repetitions} repetitions were done")
    except Exception:  # noqa: BLE001 - whatever a trial raises is its result
        outcome = Outcome(failed=[traceback.format_exc()])
    if judges_marks:
        outcome.failed += outcome.missed
    state = "failed" if outcome.failed else "passed"
    seconds = round(time.monotonic() - started, 1)
    row = Row(trial.name, trial.title, state, repetitions, outcome.done, seconds)
    row.failed, row.figures = outcome.failed, outcome.figures
    return row


def run_suite(trials: Sequence[Trial], *, share: float, told: Callable[[Row], None]) -> list[Row]:
    """All of them; `share` of the full count each, at least one repetition. Each row is told when it is there."""
    rows = []
    for trial in trials:
        row = run_trial(trial, max(1, round(trial.full * share)))
        told(row)
        rows.append(row)
    return rows
