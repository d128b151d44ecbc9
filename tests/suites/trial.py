"""One trial of a long suite: what is done to the service, how often, and what came of it."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Figure = float | int | str

_ENOUGH_TO_JUDGE = 5


@dataclass
class Outcome:
    """What a trial saw. `done`: repetitions finished; `failed`: a sentence for each thing that did not hold.

    `missed`: the same for marks of time and size, which say something of a machine that does nothing else. The long run
    judges them; the reduced one, whose machine is anybody's, only keeps the figures.
    """

    done: int = 0
    failed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    figures: dict[str, Figure] = field(default_factory=dict)

    def expect(self, held: bool, otherwise: str) -> bool:
        """Note `otherwise` unless it held; whether it held."""
        if not held:
            self.failed.append(otherwise)
        return held

    def mark(self, name: str, value: float, *, most: float | None = None, least: float | None = None) -> None:
        """Keep a figure, and the mark it has to reach."""
        self.figures[name] = round(value, 4)
        if most is not None and value > most:
            self.missed.append(f"{name} is {value:.3g}, above {most:.3g}")
        if least is not None and value < least:
            self.missed.append(f"{name} is {value:.3g}, below {least:.3g}")

    def upper(self, name: str, seconds: Sequence[float], *, p95: float | None = None, p99: float | None = None) -> None:
        """Keep the middle and the upper ends of many measurements, and the marks those must not pass."""
        if not self.expect(bool(seconds), f"{name}: nothing was measured"):
            return
        ordered = sorted(seconds)
        self.figures[f"{name} p50"] = round(statistics.median(ordered), 4)
        self.mark(f"{name} p95", _quantile(ordered, 0.95), most=p95)
        self.mark(f"{name} p99", _quantile(ordered, 0.99), most=p99)

    def spread(self, name: str, seconds: Sequence[float], *, p95: float | None = None) -> None:
        """Keep the middle and the upper end of what was measured; `p95`: the mark it must not pass.

        A few measurements have no upper end to judge: the mark counts from five on.
        """
        if not seconds:
            return
        ordered = sorted(seconds)
        upper = _quantile(ordered, 0.95)
        self.figures[f"{name} p50"] = round(statistics.median(ordered), 3)
        self.figures[f"{name} p95"] = round(upper, 3)
        if p95 is not None and len(ordered) >= _ENOUGH_TO_JUDGE and upper > p95:
            self.missed.append(f"{name}: p95 is {upper:.3g}, above {p95:.3g}")


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One row of a suite.

    `name` as in the plan ("F4"); `full` and `reduced`: repetitions in the long run and in `make test`
    (reduced 0: the long run alone); `run(repetitions)` does it with processes of its own and cleans up after itself;
    `waits_for`: the feature it needs and that is not built yet. Such a trial is listed as waiting, never as passed.
    """

    name: str
    title: str
    full: int
    reduced: int
    run: Callable[[int], Outcome]
    waits_for: str | None = None
