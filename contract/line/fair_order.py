"""In which order waiting jobs are taken: shares take turns by the seconds of work each has had. Pure arithmetic.

Method: start-time fair queueing (Goyal, Vin and Cheng, 1996). Each share has a virtual time, which grows by the work
its jobs cost; the share with the least is next. One that begins to wait starts at the line's clock (the virtual time
of the job taken last), so that having waited for nothing earns nothing. Within a share: priority, then age. The
scripts `next.lua` and `change.lua` do the same on the store's own indexes; this says it for all that wait at once.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from contract.line.paces import Paces
from contract.line.work import Work

NEWCOMER = ""
"""Stands for a job that is not there yet; no job's id."""


class Waiting(NamedTuple):
    """A job in the line. `since_ms`: when it was queued."""

    job_id: str
    since_ms: float
    work: Work


@dataclass(frozen=True)
class Line:
    """All that wait and run at one moment (`now_ms`). `virtual`: each share's virtual time; `clock`: the line's."""

    now_ms: float
    waiting: tuple[Waiting, ...] = ()
    running: tuple[Work, ...] = ()
    virtual: Mapping[str, float] = field(default_factory=dict)
    clock: float = 0.0

    def joined_by(self, work: Work) -> "Line":
        """The line as it would be with one more job, NEWCOMER, queued now."""
        virtual = self.virtual
        if all(job.work.share != work.share for job in self.waiting):
            virtual = {**virtual, work.share: max(virtual.get(work.share, 0.0), self.clock)}
        newcomer = Waiting(NEWCOMER, self.now_ms, work)
        return replace(self, waiting=(*self.waiting, newcomer), virtual=virtual)

    def in_order(self, paces: Paces) -> Iterator[Waiting]:
        """The waiting jobs in the order they are taken, as far as it is known now."""
        shares = self._shares()
        turns = [(self.virtual.get(share, self.clock), share) for share in shares]
        heapq.heapify(turns)
        while turns:
            virtual, share = turns[0]
            job = shares[share].pop()
            yield job
            if shares[share]:
                heapq.heapreplace(turns, (virtual + job.work.charged_seconds(paces), share))
            else:
                heapq.heappop(turns)

    def _shares(self) -> dict[str, list[Waiting]]:
        """Each share's jobs, its next one last."""
        found: dict[str, list[Waiting]] = defaultdict(list)
        for job in sorted(self.waiting, key=lambda each: (each.work.rank, each.since_ms, each.job_id), reverse=True):
            found[job.work.share].append(job)
        return found
