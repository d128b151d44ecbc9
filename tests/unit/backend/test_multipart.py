"""A form is read the same however it is cut into chunks, and never costs more than its limits."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.intake.multipart import FileBegun, FileEnded, FilePiece, FormField, MultipartReader, Piece
from contract.errors import CallerError

KIND = "multipart/form-data; boundary=limit"
FILE = bytes(range(256)) * 3 + b"\r\n--limi\r\n--"
FORM = (
    b'--limit\r\nContent-Disposition: form-data; name="model"\r\n\r\ndemo\r\n'
    b'--limit\r\nContent-Disposition: form-data; name="file"; filename="S\xc3\xb8ng.wav"\r\n'
    b"Content-Type: audio/wav\r\n\r\n" + FILE + b"\r\n"
    b'--limit\r\nContent-Disposition: form-data; name="stems"\r\n\r\nvocals\r\n--limit--\r\n'
)


def read(chunks: list[bytes]) -> list[Piece]:
    reader = MultipartReader(KIND)
    pieces = [piece for chunk in chunks for piece in reader.feed(chunk)]
    reader.finish()
    return pieces


@given(st.lists(st.integers(0, len(FORM)), max_size=12))
def test_however_it_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(FORM)]
    pieces = read([FORM[start:end] for start, end in itertools.pairwise(edges)])
    assert pieces[0] == FormField("model", "demo")
    assert pieces[1] == FileBegun("file", "Søng.wav")
    assert pieces[-2:] == [FileEnded(), FormField("stems", "vocals")]
    content = b"".join(piece.content for piece in pieces if isinstance(piece, FilePiece))
    assert content == FILE


def part(head: bytes, body: bytes = b"x") -> bytes:
    return b"--limit\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


NAMED = b"Content-Disposition: form-data; name=a"


@pytest.mark.parametrize(
    "form",
    [
        part(NAMED) * 33 + b"--limit--",
        part(NAMED, b"x" * 65_537) + b"--limit--",
        part(b"X: " + b"y" * 5_000 + b"\r\n" + NAMED) + b"--limit--",
        part(b"\r\n".join(b"X-%d: y" % number for number in range(20))) + b"--limit--",
        part(b"Content-Disposition: form-data") + b"--limit--",
        part(b"Content-Disposition: attachment; name=a") + b"--limit--",
        part(b"Content-Type: text/plain") + b"--limit--",
        part(NAMED, b"\xff\xfe") + b"--limit--",
        part(NAMED),
        b"no form at all",
        b"",
    ],
)
def test_forms_that_are_refused(form: bytes) -> None:
    with pytest.raises(CallerError):
        read([form])


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", f"x; boundary={'y' * 300}"])
def test_boundaries_that_are_refused(kind: str) -> None:
    with pytest.raises(CallerError):
        MultipartReader(kind)
