"""Pages of other sites may not act through a visitor's browser; those the settings name may. Programs are not asked."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.problems import ProblemResponse, problem_of
from contract.errors import Forbidden

_READING = ("GET", "HEAD", "OPTIONS")


class SameSite:
    """Refuses what changes something when the browser says that another site's page sent it (Sec-Fetch-Site)."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] == "http" and scope["method"] not in _READING and self._is_foreign(Headers(scope=scope)):
            request_id = scope.get("state", {}).get("request_id", "")
            refusal = Forbidden("This page's site may not use this service.")
            await ProblemResponse(problem_of(refusal, instance=scope["path"], request_id=request_id))(
                scope, receive, send
            )
            return
        await self._app(scope, receive, send)

    def _is_foreign(self, headers: Headers) -> bool:
        return headers.get("sec-fetch-site") == "cross-site" and headers.get("origin") not in self._origins
