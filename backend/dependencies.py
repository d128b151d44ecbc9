"""What routes ask for by name: the parts, who is calling, and the job in the path when the caller may see it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from backend.assembly import Parts
from backend.networks import mark_of
from backend.view.snapshots import Snapshot
from contract.errors import JobNotFound
from contract.job_ids import is_job_id
from contract.jobs import Job

ANONYMOUS = "anonymous"
"""The tenant of everybody who shows no key."""


@dataclass(frozen=True)
class Caller:
    """Who makes a request: the tenant whose jobs they may see, and the address they call from."""

    tenant: str
    address: str

    @property
    def scope(self) -> str:
        """Whose Idempotency-Keys these are: strangers who share the anonymous tenant do not share keys."""
        return f"{self.tenant}@{self.address}"

    @property
    def share(self) -> str:
        """Whose turn in the line their jobs take: the tenant's, or the address's for those who showed no key."""
        return f"{ANONYMOUS}-{mark_of(self.address)}" if self.tenant == ANONYMOUS else self.tenant


def parts_of(request: Request) -> Parts:
    """The app's parts."""
    found: Parts = request.app.state.parts
    return found


def caller_of(request: Request) -> Caller:
    """Who calls. Keys are not offered yet: everybody is the one anonymous tenant, who knows jobs by their ids."""
    return Caller(ANONYMOUS, request.client.host if request.client else "unknown")


async def parts(request: Request) -> Parts:
    """As `parts_of`: a coroutine, since FastAPI would send a plain function through a thread for every request."""
    return parts_of(request)


async def caller(request: Request) -> Caller:
    """As `caller_of`."""
    return caller_of(request)


UseParts = Annotated[Parts, Depends(parts)]
UseCaller = Annotated[Caller, Depends(caller)]
JobId = Annotated[str, Path(description="The job's id.", examples=["0b7e4a0c6f0d4e4f9a52c1f3f9a1d7c2"])]


def job_in_path(job_id: JobId, request: Request) -> Job:
    """The job of this path. Raises JobNotFound, also for another tenant's."""
    return _of_caller(parts_of(request).store.get(_checked(job_id)), request)


async def snapshot_in_path(job_id: JobId, request: Request) -> Snapshot:
    """The job of this path with its place in the line. Raises JobNotFound, also for another tenant's."""
    parts = parts_of(request)
    snapshot = await parts.looks.at(_checked(job_id))
    _of_caller(snapshot.job, request)
    return snapshot


def _checked(job_id: str) -> str:
    if not is_job_id(job_id):
        raise JobNotFound
    return job_id


def _of_caller(job: Job, request: Request) -> Job:
    if job.tenant != caller_of(request).tenant:
        raise JobNotFound
    return job


PathJob = Annotated[Job, Depends(job_in_path)]
PathSnapshot = Annotated[Snapshot, Depends(snapshot_in_path)]
