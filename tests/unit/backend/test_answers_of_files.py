"""Files that go while they are asked for, and ranges of blobs that pass through."""

from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from backend.serving.file_answer import FileAnswer
from backend.serving.stream_answer import StreamAnswer
from contract.storage.local_folder import LocalFolder

SONG = bytes(range(256)) * 2_000


async def ask(app: object, method: str = "GET", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.request(method, "/", headers=told)


async def test_a_file_that_went_before_it_was_opened_is_410(tmp_path: Path) -> None:
    answer = await ask(FileAnswer(tmp_path / "gone", media_type="audio/wav"))
    assert (answer.status_code, answer.json()["code"]) == (410, "job_expired")


async def test_a_file_that_goes_while_it_is_sent_is_sent_whole(tmp_path: Path) -> None:
    path = tmp_path / "song"
    path.write_bytes(SONG)
    answer = FileAnswer(path, media_type="audio/wav")

    async def removing(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_then_remove(message: Message) -> None:
            path.unlink(missing_ok=True)
            await send(message)

        await answer(scope, receive, send_then_remove)

    assert (await ask(removing)).content == SONG


@pytest.fixture
def blob(tmp_path: Path) -> StreamAnswer:
    storage = LocalFolder(tmp_path)
    with storage.writer("a/b") as writer:
        writer.write(SONG)
    facts = storage.facts("a/b")
    assert facts is not None
    return StreamAnswer(storage, facts, media_type="audio/wav", headers={"ETag": '"x"', "Cache-Control": "private"})


@pytest.mark.parametrize(
    ("asked", "status", "first", "end"),
    [
        ("", 200, 0, None),
        ("bytes=0-9", 206, 0, 10),
        ("bytes=5-", 206, 5, None),
        ("bytes=-7", 206, len(SONG) - 7, None),
        ("bytes=10-99999999", 206, 10, None),
        ("bytes=9-3", 200, 0, None),
        ("bytes=0-1,5-6", 200, 0, None),
        ("items=0-1", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
async def test_a_range_of_a_stream(blob: StreamAnswer, asked: str, status: int, first: int, end: int | None) -> None:
    answer = await ask(blob, Range=asked) if asked else await ask(blob)
    assert (answer.status_code, answer.content) == (status, SONG[first:end])
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Accept-Ranges"] == "bytes"
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(SONG)}"


async def test_conditions_of_a_stream(blob: StreamAnswer) -> None:
    assert (await ask(blob, If_None_Match='"x"')).status_code == 304
    assert (await ask(blob, Range="bytes=0-0", If_Range='"x"')).status_code == 206
    assert (await ask(blob, Range="bytes=0-0", If_Range='"old"')).status_code == 200
    outside = await ask(blob, Range="bytes=9999999-")
    assert (outside.status_code, outside.headers["Content-Range"]) == (416, f"bytes */{len(SONG)}")


async def test_head_of_a_stream(blob: StreamAnswer) -> None:
    answer = await ask(blob, "HEAD")
    assert (answer.status_code, answer.headers["Content-Length"], answer.content) == (200, str(len(SONG)), b"")
