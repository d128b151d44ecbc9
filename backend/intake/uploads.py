"""A form with one file, streamed where it belongs while it arrives. Knows no option and no job."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from backend.intake.multipart import FileBegun, FileEnded, FilePiece, FormField, MultipartReader, Piece
from backend.intake.request_body import too_large
from backend.intake.sinks import Sink
from contract.display_names import display_name
from contract.errors import FieldProblem


@dataclass
class Upload:
    """What a request brought: its fields, and its file's name, size and digest once the file came whole."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    json: dict[str, Any] = field(default_factory=dict)
    filename: str = ""
    bytes: int = 0
    sha256: str = ""
    has_file: bool = False


async def receive_form(
    body: AsyncIterator[bytes], content_type: str, *, sink: Sink, file_field: str, max_bytes: int
) -> Upload:
    """Read a form to its end; the field `file_field` goes to `sink` while it arrives, wherever it stands.

    Raises UploadTooLarge as soon as the file passes `max_bytes`, FieldProblem for an empty, second or
    misnamed file, CallerError for a malformed form.
    """
    reader = MultipartReader(content_type)
    intake = _Intake(sink, file_field, max_bytes)
    async with intake:
        async for chunk in body:
            for piece in reader.feed(chunk):
                await intake.take(piece)
        reader.finish()
    if intake.upload.has_file:
        intake.upload.bytes, intake.upload.sha256 = sink.bytes, sink.sha256
    return intake.upload


class _Intake(AsyncExitStack):
    """Puts each piece of a form in its place."""

    def __init__(self, sink: Sink, file_field: str, max_bytes: int) -> None:
        super().__init__()
        self.upload = Upload()
        self._sink = sink
        self._file_field = file_field
        self._max_bytes = max_bytes
        self._received = 0

    async def take(self, piece: Piece) -> None:
        match piece:
            case FormField(name, text):
                self.upload.fields.setdefault(name, []).append(text)
            case FileBegun(name, filename):
                await self._begin(name, filename)
            case FilePiece(content):
                self._received += len(content)
                if self._received > self._max_bytes:
                    raise too_large(self._max_bytes)
                await self._sink.write(content)
            case FileEnded() if self._received == 0:
                raise FieldProblem([(f"/{self._file_field}", "the file is empty")])

    async def _begin(self, name: str, filename: str) -> None:
        if name != self._file_field:
            raise FieldProblem([(f"/{name}", f"no file is expected here; the file's field is {self._file_field}")])
        if self.upload.has_file:
            raise FieldProblem([(f"/{name}", "send one file a request")])
        self.upload.has_file = True
        self.upload.filename = display_name(filename)
        await self.enter_async_context(self._sink)
