"""A job before and after one event, on its way into the store, and what may become of that. Decides nothing."""

from dataclasses import dataclass
from enum import StrEnum

from contract.events import Event
from contract.jobs import Job
from contract.line.work import Work


class Outcome(StrEnum):
    """What became of a change. `conflict`: the record moved meanwhile; `held`: the lease still holds."""

    done = "done"
    conflict = "conflict"
    held = "held"
    gone = "gone"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A job before and after one event, and what the change means for the job's lease and its turn in the line.

    `charge`: for a claim, the seconds of work the share is expected to take; None for any other change.
    """

    before: Job
    event: Event
    after: Job
    renews_lease: bool = False
    needs_lapsed_lease: bool = False
    charge: float | None = None

    @property
    def work(self) -> Work:
        """What the line is to know of the job now."""
        work = Work.of(self.after)
        return work if self.charge is None else work.claimed(self.event.at, charge=self.charge)
