"""The one use case: take a recording in, check it, make its job, ring for a worker; undo everything on failure.

The order is the point: blob before job before queue, so that a task finds its job and a job its recording.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import anyio
import structlog
from anyio import to_thread
from starlette.requests import Request

from backend.admission import admit, withdraw
from backend.assembly import Parts
from backend.dependencies import Caller
from backend.fields import from_form, wishes
from backend.idempotency import Kept, Reservation, fingerprint
from backend.inspection import inspect
from backend.job_view import job_body
from backend.request_body import chunks
from backend.sinks import BlobSink, DigestSink, Sink
from backend.snapshots import Snapshot
from backend.uploads import Upload, receive_form
from contract.errors import IdempotencyMismatch, JobNotFound, StoreUnavailable
from contract.job_ids import new_job_id
from contract.jobs import Job
from contract.options import resolve
from contract.tracing import trace_headers

_log = structlog.get_logger(__name__)

Fields = dict[str, Any]


@dataclass(frozen=True)
class FormKind:
    """How one route spells its form: the file's field, and what turns its other fields into today's."""

    file_field: str = "file"
    adapt: Callable[[Fields], Fields] = lambda fields: fields


@dataclass(frozen=True)
class Answer:
    """A job that was made: its public shape, and headers that go with it."""

    job_id: str
    body: dict[str, Any]
    headers: dict[str, str]


class Submission:
    """One request that sends a recording."""

    def __init__(self, parts: Parts, caller: Caller, request: Request, form: FormKind) -> None:
        self._parts = parts
        self._caller = caller
        self._request = request
        self._form = form

    async def answer(self) -> Answer:
        """Make the job, or find the one that the same Idempotency-Key made before.

        Raises what contract.md's table of errors names for creating a job.
        """
        key = self._request.headers.get("idempotency-key")
        async with self._parts.idempotency.reserve(self._caller.scope, key) as reservation:
            earlier = await to_thread.run_sync(self._still_there, reservation.earlier)
            if earlier is not None:
                return await self._replay(earlier)
            headers = await to_thread.run_sync(admit, self._parts, self._caller)
            self._request.state.headers = headers
            try:
                job, kept = await self._make(reservation)
            except BaseException:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(withdraw, self._parts, self._caller)
                raise
            body = await to_thread.run_sync(self._ring, job)
            with contextlib.suppress(StoreUnavailable):  # the job is made; a replay reads it instead
                await to_thread.run_sync(reservation.keep, kept.model_copy(update={"body": body}))
            return Answer(job.job_id, body, headers)

    def _still_there(self, earlier: Kept | None) -> Kept | None:
        """What was kept, unless its job was never made: then this request is the first after all."""
        if earlier is None or earlier.body is not None or self._body(earlier.job_id):
            return earlier
        return None

    def _body(self, job_id: str) -> dict[str, Any] | None:
        try:
            return job_body(self._parts.snapshots.read(job_id)).model_dump(mode="json")
        except JobNotFound:
            return None

    async def _replay(self, earlier: Kept) -> Answer:
        """The first answer again, when this is the same request. Raises IdempotencyMismatch."""
        upload = await self._receive(DigestSink())
        if fingerprint(upload) != earlier.fingerprint:
            raise IdempotencyMismatch
        body = earlier.body or await to_thread.run_sync(self._body, earlier.job_id) or {}
        return Answer(earlier.job_id, body, {"Idempotency-Replayed": "true"})

    async def _make(self, reservation: Reservation) -> tuple[Job, Kept]:
        job_id = new_job_id()
        blob = f"uploads/{job_id}/source"
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self._remove, blob)
            upload = await self._receive(BlobSink(self._parts.storage, blob))
            limiter = self._parts.inspections
            job = await to_thread.run_sync(self._checked, job_id, blob, upload, limiter=limiter)
            kept = Kept(fingerprint=fingerprint(upload), job_id=job_id)
            await to_thread.run_sync(reservation.keep, kept)
            try:
                accepted = await to_thread.run_sync(self._parts.store.accept, job)
            except StoreUnavailable:
                undo.pop_all()  # the job may have been taken and only the answer lost: it needs its recording
                raise
            undo.pop_all()
            return accepted, kept

    async def _receive(self, sink: Sink) -> Upload:
        settings = self._parts.settings
        limit = settings.limits.max_upload_bytes
        return await receive_form(
            chunks(self._request, limit=limit, intake=settings.intake),
            self._request.headers.get("content-type", ""),
            sink=sink,
            file_field=self._form.file_field,
            max_bytes=limit,
        )

    def _checked(self, job_id: str, blob: str, upload: Upload) -> Job:
        parts = self._parts
        wished = wishes(self._form.adapt(from_form(upload.fields)))
        options = resolve(wished.options, parts.catalog, default_model=parts.settings.models.default)
        inspected = inspect(parts.storage, blob, upload, limits=parts.settings.limits, jail=parts.jail)
        return Job(
            job_id=job_id,
            tenant=self._caller.tenant,
            share=self._caller.share,
            created_at=parts.store.now(),
            source=inspected.source,
            input_blob=blob,
            options=options,
            warnings=inspected.warnings,
            metadata=wished.metadata,
            trace=trace_headers(),
        )

    def _ring(self, job: Job) -> dict[str, Any]:
        """Ring for a worker. A bell that does not ring is no failure: the sweep rings again."""
        try:
            self._parts.queue.enqueue(job.job_id, job.trace)
        except StoreUnavailable:
            _log.warning("job_not_rung", job_id=job.job_id)
        _log.info("job_accepted", job_id=job.job_id, model=job.options.model, bytes=job.source.bytes)
        try:
            snapshot = self._parts.snapshots.of(job)
        except StoreUnavailable:
            snapshot = Snapshot(job, datetime.now(UTC))
        return job_body(snapshot).model_dump(mode="json")

    async def _remove(self, blob: str) -> None:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self._parts.storage.delete, blob)
