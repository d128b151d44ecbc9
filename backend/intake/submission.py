"""The one use case: take a recording in, check it, make its job, ring for a worker; undo everything on failure.

The order is the point: blob before job before queue, so that a task finds its job and a job its recording.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import anyio
import structlog
from anyio import to_thread
from starlette.requests import Request

from backend.assembly import Parts
from backend.dependencies import Caller
from backend.intake.admission import admit, withdraw
from backend.intake.fields import wishes
from backend.intake.idempotency import Kept, Reservation, fingerprint
from backend.intake.job_making import JobMaker, Made, Stored
from backend.intake.request_body import chunks
from backend.intake.request_fields import FORM, content_type, receive_fields, told_by
from backend.intake.sinks import BlobSink, DigestSink, Sink
from backend.intake.uploads import Upload, receive_form
from backend.resumable.desk import Progress
from backend.resumable.errors import UploadUsed
from backend.view.job_view import job_body
from backend.view.snapshots import Snapshot
from contract.errors import FieldProblem, IdempotencyMismatch, JobNotFound, OperatorError, StoreUnavailable
from contract.job_ids import new_job_id
from contract.jobs import Job

_log = structlog.get_logger(__name__)

Fields = dict[str, Any]

_NO_RECORDING = "send the recording as multipart/form-data in the field `file`, an `upload_id`, or a link as `url`"
_REPLAYED = {"Idempotency-Replayed": "true"}


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
        self._maker = JobMaker(parts, caller)

    async def answer(self) -> Answer:
        """Make the job, or find the one that the same Idempotency-Key made before.

        Raises what contract.md's table of errors names for creating a job.
        """
        key = self._request.headers.get("idempotency-key")
        async with self._parts.idempotency.reserve(self._caller.scope, key) as reservation:
            earlier = reservation.earlier
            if earlier is not None and await to_thread.run_sync(self._is_there, earlier):
                return await self._replay(earlier)
            with self._parts.arrivals.one():
                headers = await to_thread.run_sync(admit, self._parts, self._caller)
                self._request.state.headers = headers
                try:
                    made = await self._make(reservation)
                except BaseException:
                    await self._uncount()
                    raise
            if not made.is_new:
                await self._uncount()
                return Answer(made.job.job_id, await to_thread.run_sync(self._shown, made.job), _REPLAYED)
            body = await to_thread.run_sync(self._ring, made.job)
            with contextlib.suppress(StoreUnavailable):  # the job is made; a replay reads it instead
                await reservation.keep(made.kept.model_copy(update={"body": body}))
            return Answer(made.job.job_id, body, headers)

    async def _uncount(self) -> None:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(withdraw, self._parts, self._caller)

    def _is_there(self, earlier: Kept) -> bool:
        """False for a request whose job was never made: then this one is the first after all."""
        return earlier.body is not None or self._body(earlier.job_id) is not None

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
        return Answer(earlier.job_id, body, _REPLAYED)

    async def _make(self, reservation: Reservation) -> Made:
        job_id = new_job_id()
        blob = f"uploads/{job_id}/source"
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self._remove, blob)
            undo.push_async_callback(self._release, job_id)
            await to_thread.run_sync(self._hold_upload, job_id)
            upload = await self._receive(BlobSink(self._parts.storage, blob))
            fields, print_ = self._fields(upload), fingerprint(upload)
            if upload.has_file:
                stored = Stored(job_id=job_id, blob=blob, upload=upload, fields=fields, fingerprint=print_)
                return await self._maker.make(stored, reservation, undo.pop_all)
        if "url" in fields and "upload_id" not in fields:
            stored = Stored(job_id=job_id, blob=None, upload=upload, fields=fields, fingerprint=print_)
            return await self._make_of_link(stored, reservation)
        return await self._make_of_upload(fields, print_, reservation)

    async def _make_of_link(self, stored: Stored, reservation: Reservation) -> Made:
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self._release, stored.job_id)
            return await self._maker.make(stored, reservation, undo.pop_all)

    async def _make_of_upload(self, fields: Fields, print_: str, reservation: Reservation) -> Made:
        """The job of a recording that was uploaded before; it stays for another try when this one is refused."""
        desk = self._parts.uploads
        record = (await to_thread.run_sync(self._sent, fields)).record
        rest = {name: value for name, value in fields.items() if name != "upload_id"}
        earlier = await to_thread.run_sync(desk.job_of, record)
        if earlier is not None:
            if not self._maker.is_same(earlier, rest):
                raise UploadUsed
            return Made(earlier, Kept(fingerprint=print_, job_id=earlier.job_id), is_new=False)
        async with desk.alone(record):
            whole = await to_thread.run_sync(desk.seal, record)
            upload = Upload(filename=record.filename, bytes=whole.bytes, sha256=whole.sha256)
            stored = Stored(job_id=record.upload_id, blob=record.blob, upload=upload, fields=rest, fingerprint=print_)
            async with contextlib.AsyncExitStack() as undo:
                undo.push_async_callback(self._release, record.upload_id)
                made = await self._maker.make(stored, reservation, undo.pop_all)
            await to_thread.run_sync(desk.use, record)
            return made

    def _sent(self, fields: Fields) -> Progress:
        """The upload these fields name. Raises FieldProblem when they name none."""
        upload_id = fields.get("upload_id")
        if upload_id is None:
            wishes(fields)
            raise FieldProblem([(f"/{self._form.file_field}", _NO_RECORDING)])
        if not isinstance(upload_id, str):
            raise FieldProblem([("/upload_id", "must be the id of an upload")])
        return self._parts.uploads.look(upload_id, tenant=self._caller.tenant)

    def _fields(self, upload: Upload) -> Fields:
        return self._form.adapt(told_by(upload))

    def _hold_upload(self, job_id: str) -> None:
        """Room for the recording. Raises InsufficientStorage."""
        limit = self._parts.settings.limits.max_upload_bytes
        told = self._request.headers.get("content-length", "")
        self._parts.room.hold(job_id, kept=min(int(told), limit) if told.isascii() and told.isdigit() else limit)

    async def _receive(self, sink: Sink) -> Upload:
        settings = self._parts.settings
        limit = settings.limits.max_upload_bytes
        if content_type(self._request) != FORM:
            return await receive_fields(self._request, settings.intake)
        return await receive_form(
            chunks(self._request, limit=limit, intake=settings.intake),
            self._request.headers.get("content-type", ""),
            sink=sink,
            file_field=self._form.file_field,
            max_bytes=limit,
        )

    def _ring(self, job: Job) -> dict[str, Any]:
        """Ring for a worker. A bell that does not ring is no failure: the sweep rings again."""
        try:
            self._parts.queue.enqueue(job.job_id, job.trace)
        except StoreUnavailable:
            _log.warning("job_not_rung", job_id=job.job_id)
        _log.info("job_accepted", job_id=job.job_id, model=job.options.model, bytes=job.source.bytes)
        return self._shown(job)

    def _shown(self, job: Job) -> dict[str, Any]:
        try:
            snapshot = self._parts.snapshots.of(job)
        except StoreUnavailable:
            snapshot = Snapshot(job, datetime.now(UTC))
        return job_body(snapshot).model_dump(mode="json")

    async def _remove(self, blob: str) -> None:
        """Undo the recording. That it could not be undone must not hide why it had to be: the sweep finds it."""
        with anyio.CancelScope(shield=True), _logged("recording_not_removed"):
            await to_thread.run_sync(self._parts.storage.delete, blob)

    async def _release(self, job_id: str) -> None:
        """Undo the promise of room; one that cannot be undone lapses."""
        with anyio.CancelScope(shield=True), _logged("room_not_released"):
            await to_thread.run_sync(self._parts.room.release, job_id)


@contextlib.contextmanager
def _logged(what: str) -> Iterator[None]:
    try:
        yield
    except OperatorError as error:
        _log.warning(what, because=error.detail)
