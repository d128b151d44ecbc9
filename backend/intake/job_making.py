"""Makes the job of a recording in storage, or of a link: checked, promised, accepted. Knows no request and no bell."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread

from backend.assembly import Parts
from backend.dependencies import Caller
from backend.intake.fields import Wishes, wishes
from backend.intake.idempotency import Kept, Reservation
from backend.intake.inspection import Inspected, inspect
from backend.intake.linked_source import linked
from backend.intake.uploads import Upload
from contract.errors import StoreUnavailable
from contract.footprint import outputs_bytes, working_bytes
from contract.jobs import Job
from contract.options import JobOptions, resolve
from contract.tracing import trace_headers


@dataclass(frozen=True)
class Made:
    """A job, and what is kept of its request. Not new: the request's upload had become this job before."""

    job: Job
    kept: Kept
    is_new: bool = True


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A recording in storage, and what its request asks for; `fingerprint` tells that request from others.

    `blob`: None for a link, which the field `url` names.
    """

    job_id: str
    blob: str | None
    upload: Upload
    fields: dict[str, Any]
    fingerprint: str


class JobMaker:
    """For one caller."""

    def __init__(self, parts: Parts, caller: Caller) -> None:
        self._parts = parts
        self._caller = caller

    async def make(self, stored: Stored, reservation: Reservation, keep: Callable[[], object]) -> Made:
        """Check the recording and accept its job. `keep` is called once the recording must stay whatever happens.

        Raises what contract.md's table of errors names for creating a job.
        """
        job = await to_thread.run_sync(self._ready, stored, limiter=self._parts.inspections)
        kept = Kept(fingerprint=stored.fingerprint, job_id=stored.job_id)
        await reservation.keep(kept)
        try:
            accepted = await to_thread.run_sync(self._parts.store.accept, job)
        except (StoreUnavailable, asyncio.CancelledError):
            keep()  # the job may have been taken and only the answer lost: it needs its recording
            raise
        keep()
        return Made(accepted, kept)

    def _ready(self, stored: Stored) -> Job:
        """The job, with room for what it will make promised to it. Raises InsufficientStorage."""
        job = self._checked(stored)
        kept, working = outputs_bytes(job.source, job.options), working_bytes(job.source, job.options)
        self._parts.room.hold(job.job_id, kept=kept, working=working)
        return job

    def is_same(self, job: Job, fields: dict[str, Any]) -> bool:
        """Whether these fields ask for what `job` is."""
        wished = wishes(fields)
        return (job.options, job.metadata) == (self._resolved(wished), wished.metadata)

    def _resolved(self, wished: Wishes) -> JobOptions:
        parts = self._parts
        return resolve(wished.options, parts.catalog, default_model=parts.settings.models.default)

    def _checked(self, stored: Stored) -> Job:
        wished = wishes({name: stored.fields[name] for name in stored.fields if name != "url" or stored.blob})
        options = self._resolved(wished)
        inspected = self._inspected(stored)
        return Job(
            job_id=stored.job_id,
            tenant=self._caller.tenant,
            share=self._caller.share,
            created_at=datetime.now(UTC),  # the store, when it takes the job in, says when that was
            source=inspected.source,
            input_blob=stored.blob,
            options=options,
            warnings=inspected.warnings,
            metadata=wished.metadata,
            trace=trace_headers(),
        )

    def _inspected(self, stored: Stored) -> Inspected:
        parts = self._parts
        if stored.blob is None:
            return Inspected(linked(stored.fields["url"], parts.settings.sources, parts.reach))
        return inspect(parts.storage, stored.blob, stored.upload, limits=parts.settings.limits, jail=parts.jail)
