"""One span around each request: the beginning of the trace that ends with the stems."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract.tracing import Tracing


class Traced:
    """Opens a span below the caller's own (`traceparent`), named after the route, with its status."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        told = {name: value for name, value in Headers(scope=scope).items() if name == "traceparent"}
        with self._tracing.span(f"HTTP {method}", headers=told, attributes={"http.request.method": method}) as span:

            async def send_noting_status(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app(scope, receive, send_noting_status)
            route = getattr(scope.get("route"), "path", None)
            if route is not None:
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
