"""Makes an event happen to a job: applied, stored, and again on the newer record when it moved meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

from contract.errors import StoreUnavailable
from contract.events import Event, JobClaimed
from contract.jobs import Job
from contract.line.paces import Paces
from contract.line.speeds import SpeedBook
from contract.line.work import Work
from contract.records import transitions
from contract.records.job_change import Change, Outcome
from contract.records.job_record import JobRecords
from contract.settings import RetentionSettings

_TRIES = 25
"""How often a change is made again on a record that moved meanwhile; a job has few hands on it at once."""

Choice = Callable[[Job], Event | None]


@dataclass(frozen=True)
class Settled:
    """The job as it stands now, and the event that happened to it (None when none did)."""

    job: Job
    event: Event | None


class Settling:
    """Every method raises StoreUnavailable when the server cannot be reached, JobNotFound when the job is gone."""

    def __init__(self, records: JobRecords, speeds: SpeedBook, retention: RetentionSettings) -> None:
        self._records = records
        self._speeds = speeds
        self._retention = retention

    def settle(self, job: Job, choose: Choice, *, renews: bool = False, lapsed: bool = False) -> Settled:
        """Store the event `choose` makes of the job; nothing happens where it makes None, or the lease still holds.

        `renews`: the change renews the lease; `lapsed`: it needs a lease that lapsed. What `choose` raises is raised.
        """
        for _ in range(_TRIES):
            event = choose(job)
            if event is None:
                return Settled(job, None)
            change = self._change(job, event, renews=renews, lapsed=lapsed)
            outcome = self._records.store(change)
            if outcome is Outcome.done:
                return Settled(change.after, change.event)
            if outcome is Outcome.held:
                return Settled(job, None)
            job = self._records.read(job.job_id)
        raise StoreUnavailable("The job's record changes too quickly.")

    def _change(self, job: Job, event: Event, *, renews: bool, lapsed: bool) -> Change:
        event = transitions.with_expiry(event, files_seconds=self._retention.files_seconds)
        claims = isinstance(event, JobClaimed)
        return Change(
            before=job,
            event=event,
            after=job.apply(event),
            renews_lease=renews or claims,
            needs_lapsed_lease=lapsed,
            charge=Work.of(job).charged_seconds(Paces(self._speeds.all())) if claims else None,
        )
