"""A problem told while the request's body is still arriving: the caller hears it, not a broken connection."""

from collections.abc import Mapping

import anyio
from starlette.types import Message, Receive, Scope, Send

from backend.problems import Problem, ProblemResponse

DRAIN_SECONDS = 3.0
DRAIN_BYTES = 32 * 2**20


class EarlyAnswer(ProblemResponse):
    """Sent whole at once; then what the caller still sends is swallowed, for a bounded while, before closing.

    Closing at once would reset the connection, and the caller, busy sending, might never read the answer.
    """

    def __init__(self, problem: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(problem, {**headers, "Connection": "close"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""

        async def hold_the_end(message: Message) -> None:
            ends = message["type"] == "http.response.body" and not message.get("more_body")
            await send({**message, "more_body": True} if ends else message)
            if ends:
                await _drain(receive)
                await send({"type": "http.response.body", "body": b""})

        await super().__call__(scope, receive, hold_the_end)


async def _drain(receive: Receive) -> None:
    left = DRAIN_BYTES
    with anyio.move_on_after(DRAIN_SECONDS):
        while left > 0:
            message = await receive()
            if message["type"] != "http.request" or not message.get("more_body"):
                return
            left -= len(message.get("body", b""))
