"""One trial of a long suite: what is done to the service, how often, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

Figure = float | int | str


@dataclass
class Outcome:
    """What a trial saw. `done`: repetitions finished; `failed`: a sentence for each thing that did not hold."""

    done: int = 0
    failed: list[str] = field(default_factory=list)
    figures: dict[str, Figure] = field(default_factory=dict)

    def expect(self, held: bool, otherwise: str) -> bool:
        """Note `otherwise` unless it held; whether it held."""
        if not held:
            self.failed.append(otherwise)
        return held


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
