"""What arrives over a socket, looked at before the library that would break over it. Knows no event.

Engine.IO and Socket.IO raise whatever comes to hand for a malformed frame, and each is a stack trace in the log that
any visitor could write there. Nothing that is sent here is binary.
"""

from typing import Any

from socketio.packet import ACK, EVENT, Packet
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ENGINE_KINDS = "0123456"
_TEXT_KINDS = "0123"
_NOTHING = "-"
"""What stands for a packet without a letter: the library would not look at it, and then break."""
_BROKEN = (ValueError, TypeError, LookupError, RecursionError)


class CheckedFrames:
    """Ends a WebSocket whose frame is none of Engine.IO's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""

        async def receive_checked() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and (message.get("text") or " ")[0] not in _ENGINE_KINDS:
                return {"type": "websocket.disconnect", "code": 1002}
            return message

        await self._app(scope, receive_checked if scope["type"] == "websocket" else receive, send)


class CheckedPacket(Packet):
    """A Socket.IO packet; a malformed one becomes an event for the namespace where nobody is."""

    packet_type: int
    namespace: str | None
    id: int | None
    data: Any

    def __init__(self, *arguments: Any, encoded_packet: str | None = None, **named: Any) -> None:
        super().__init__(*arguments, encoded_packet=_NOTHING if encoded_packet == "" else encoded_packet, **named)

    def decode(self, encoded_packet: str) -> int:
        """Read it; the number of binary attachments that follow, of which there are none."""
        try:
            if encoded_packet[0] not in _TEXT_KINDS:
                raise ValueError("neither text nor known")
            super().decode(encoded_packet)
            if self.packet_type == EVENT and not isinstance(self.data[0], str):
                raise ValueError("an event without a name")
            if self.packet_type == ACK and not isinstance(self.data, list):
                raise ValueError("an answer without its parts")
        except _BROKEN:
            self.packet_type, self.namespace, self.id, self.data = EVENT, "/", None, ["malformed"]
        return 0
