"""A job's news as Server-Sent Events: the snapshot first, then each change, heartbeats between. Ends with the job."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from backend.live.messages import News, is_last, messages, version_of
from backend.live.relay import Relay
from backend.view.job_view import job_body
from backend.view.looks import Looks


async def event_stream(
    job_id: str, *, after_version: int, relay: Relay, looks: Looks, heartbeat_seconds: float
) -> AsyncIterator[bytes]:
    """The stream's bytes. A client that has already seen `after_version` gets no snapshot of it again."""
    async with relay.listening(job_id) as queue:
        snapshot = await looks.at(job_id)
        told = snapshot.job.version
        if told > after_version:
            yield _event("snapshot", job_body(snapshot).model_dump(mode="json"), told)
        if snapshot.job.is_terminal:
            for piece in _events(snapshot):
                yield piece
            return
        async for news in _until_last(queue, heartbeat_seconds):
            if news is None:
                yield KEEPALIVE_COMMENT
            elif version_of(news) > told or is_last(news):
                told = version_of(news)
                for piece in _events(news):
                    yield piece


async def _until_last(queue: asyncio.Queue[News | None], heartbeat_seconds: float) -> AsyncIterator[News | None]:
    """News as it comes, up to the last or until this replica stops; None whenever a heartbeat is due."""
    while True:
        try:
            news = await asyncio.wait_for(queue.get(), heartbeat_seconds)
        except TimeoutError:
            yield None
            continue
        if news is None:
            return
        yield news
        if is_last(news):
            return


def _events(news: News) -> list[bytes]:
    return [_event(message.event, message.payload, version_of(news)) for message in messages(news)]


def _event(name: str, payload: object, version: int) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(payload), id=str(version))
