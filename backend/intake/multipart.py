"""A multipart/form-data body cut into fields and pieces of one file as it arrives. Knows no storage and no option."""

from collections.abc import Callable
from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from contract.errors import CallerError

MAX_FIELDS = 32
MAX_FIELD_BYTES = 65_536
MAX_HEADERS = 8
MAX_HEADER_BYTES = 4_096


@dataclass(frozen=True)
class FormField:
    """An ordinary field, whole."""

    name: str
    text: str


@dataclass(frozen=True)
class FileBegun:
    """A file begins; its pieces follow."""

    name: str
    filename: str


@dataclass(frozen=True)
class FilePiece:
    """The next bytes of the file."""

    content: bytes


@dataclass(frozen=True)
class FileEnded:
    """The file came whole."""


Piece = FormField | FileBegun | FilePiece | FileEnded


@dataclass
class _Part:
    """The part being read: its headers, then its text when it is no file."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    header_name: bytearray = field(default_factory=bytearray)
    header_value: bytearray = field(default_factory=bytearray)
    name: str = ""
    is_file: bool = False
    text: bytearray = field(default_factory=bytearray)


class MultipartReader:
    """Feed it chunks; it gives back what was completed by each. Memory is bounded by chunk and field limits."""

    def __init__(self, content_type: str) -> None:
        """Raises CallerError without a usable boundary."""
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise CallerError("The multipart body has no boundary.")
        self._pieces: list[Piece] = []
        self._part = _Part()
        self._fields = 0
        self._field_bytes = 0
        self._ended = False
        self._parser = _parser(boundary, self._callbacks())

    def feed(self, chunk: bytes) -> list[Piece]:
        """What `chunk` completed, in order. Raises CallerError on a malformed or oversized form."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise CallerError("The multipart body is malformed.") from error
        pieces, self._pieces = self._pieces, []
        return pieces

    def finish(self) -> None:
        """Raises CallerError when the body ended before its closing boundary."""
        if not self._ended:
            raise CallerError("The multipart body ended before its closing boundary.")

    def _callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin_part,
            "on_header_field": lambda data, start, end: self._part.header_name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._part.header_value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_content,
            "on_part_data": self._content,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin_part(self) -> None:
        self._part = _Part()
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise CallerError(f"The form has more than {MAX_FIELDS} fields.")

    def _end_header(self) -> None:
        part = self._part
        part.headers[bytes(part.header_name).lower()] = bytes(part.header_value)
        part.header_name.clear()
        part.header_value.clear()

    def _begin_content(self) -> None:
        part = self._part
        kind, options = parse_options_header(part.headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise CallerError("A part of the form has no name.")
        part.name = _text(options[b"name"])
        part.is_file = b"filename" in options
        if part.is_file:
            self._pieces.append(FileBegun(part.name, _text(options[b"filename"])))

    def _content(self, data: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self._pieces.append(FilePiece(data[start:end]))
            return
        self._field_bytes += end - start
        if self._field_bytes > MAX_FIELD_BYTES:
            raise CallerError(f"The form's fields hold more than {MAX_FIELD_BYTES} bytes.")
        self._part.text += data[start:end]

    def _end_part(self) -> None:
        part = self._part
        self._pieces.append(FileEnded() if part.is_file else FormField(part.name, _text(bytes(part.text))))

    def _end(self) -> None:
        self._ended = True


def _parser(boundary: bytes, callbacks: dict[str, Callable[..., None]]) -> MultipartParser:
    try:
        return MultipartParser(
            boundary,
            callbacks,  # type: ignore[arg-type]  # a TypedDict there, built by name here
            max_header_count=MAX_HEADERS,
            max_header_size=MAX_HEADER_BYTES,
        )
    except FormParserError as error:
        raise CallerError("The multipart boundary is too long.") from error


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise CallerError("The form is not UTF-8 text.") from error
