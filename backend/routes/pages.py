"""The web page at / and the API's documentation: static files under a strict content policy."""

from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Message, Receive, Scope, Send

from backend.assembly import Parts
from backend.dependencies import UseParts

router = APIRouter(include_in_schema=False)

WEB = Path(__file__).parents[1] / "web"

_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; img-src 'self' data:; "
    "connect-src 'self'{samples}; media-src 'self' https:{media}; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _headers(*, scripts: str = "", styles: str = "", media: str = "", samples: str = "") -> dict[str, str]:
    """The policy of our own pages: no script of any other origin, and none inline."""
    policy = _POLICY.format(scripts=scripts, styles=styles, media=media, samples=samples)
    return {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}


@router.head("/")
@router.get("/")
async def page(parts: UseParts) -> Response:
    """The web page. Its player may follow the redirect to a bucket, over plain HTTP only where ours is reached so."""
    # What shifts the pitch is WebAssembly: its bytes come with our own script, but compiling them needs leave.
    headers = _headers(scripts=" 'wasm-unsafe-eval'", media=_plain_bucket(parts), samples=_samples(parts))
    return FileResponse(WEB / "index.html", headers=headers)


@router.head("/service-worker.js")
@router.get("/service-worker.js")
async def service_worker(parts: UseParts) -> Response:
    """What answers where the network does not; it lies at the top, since it may only speak for what is below it."""
    return FileResponse(WEB / "service_worker.js", headers=_headers(samples=_samples(parts)))


def _plain_bucket(parts: Parts) -> str:
    bucket = urlsplit(parts.settings.storage.s3_endpoint_url or "")
    return f" http://{bucket.netloc}" if bucket.scheme == "http" else ""


def _samples(parts: Parts) -> str:
    return f" https:{_plain_bucket(parts)}" if parts.settings.storage.url.startswith("s3:") else ""


@router.head("/docs")
@router.get("/docs")
async def documentation() -> Response:
    """The API's documentation, whose viewer sets styles on its elements."""
    return FileResponse(WEB / "docs.html", headers=_headers(styles=" 'unsafe-inline'"))


@router.head("/favicon.ico")
@router.get("/favicon.ico")
async def icon() -> Response:
    """The icon browsers ask for unasked."""
    return FileResponse(WEB / "icon.svg", media_type="image/svg+xml", headers=_headers())


def mount_files(app: FastAPI) -> None:
    """Serve the page's files under /web, compressed. These alone: they hold no secret that a length could tell."""
    app.mount("/web", GZipMiddleware(_Files(directory=WEB), compresslevel=6), name="web")


class _Files(StaticFiles):
    """Static files, revalidated each time by their tag, so that a new release is seen at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face. The tag is a weak one: it stands for the file compressed or not."""

        async def send_with_caching(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = "no-cache"
                if message["status"] == HTTPStatus.NOT_MODIFIED:  # the compression says so of all others
                    headers.add_vary_header("Accept-Encoding")
                if "ETag" in headers:
                    headers["ETag"] = f"W/{headers['ETag']}"
            await send(message)

        await super().__call__(scope, receive, send_with_caching)
