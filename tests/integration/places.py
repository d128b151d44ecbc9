"""Where a job stands in the line, as the estimates order it."""

from contract.job_store import JobStore
from contract.jobs import Job
from contract.line.paces import Paces


def place_of(store: JobStore, job: Job) -> int | None:
    """Its place among the waiting, the next one being 1; None when it does not wait. No speed is known."""
    order = enumerate(store.line().in_order(Paces({})), 1)
    return next((place for place, waiting in order if waiting.job_id == job.job_id), None)
