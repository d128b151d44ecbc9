"""The web page at / and the API's documentation: static files under a strict content policy."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

router = APIRouter(include_in_schema=False)

WEB = Path(__file__).parents[1] / "web"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; connect-src 'self'; "
    "media-src 'self' https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"Content-Security-Policy": _POLICY.format(styles=""), "Cache-Control": "no-cache"}
DOCS_HEADERS = PAGE_HEADERS | {"Content-Security-Policy": _POLICY.format(styles=" 'unsafe-inline'")}
"""The documentation's viewer sets styles on its elements; no script of any other origin, no inline one."""


@router.get("/")
async def page() -> Response:
    """The web page."""
    return FileResponse(WEB / "index.html", headers=PAGE_HEADERS)


@router.get("/docs")
async def documentation() -> Response:
    """The API's documentation."""
    return FileResponse(WEB / "docs.html", headers=DOCS_HEADERS)


@router.get("/favicon.ico")
async def icon() -> Response:
    """The icon browsers ask for unasked."""
    return FileResponse(WEB / "icon.svg", media_type="image/svg+xml", headers=PAGE_HEADERS)


def mount_files(app: FastAPI) -> None:
    """Serve the page's files under /web."""
    app.mount("/web", _Files(directory=WEB), name="web")


class _Files(StaticFiles):
    """Static files, revalidated each time by their tag, so that a new release is seen at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""

        async def send_with_caching(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"cache-control", b"no-cache")]
            await send(message)

        await super().__call__(scope, receive, send_with_caching)
