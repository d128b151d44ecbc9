"""The FastAPI app: routes, error handlers, and the lifespan that runs what every replica does on the side."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from anyio import to_thread
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from backend.addresses import PREFIX
from backend.assembly import Parts
from backend.error_handlers import install_error_handlers
from backend.guarded_connection import STOPPING
from backend.health import version
from backend.housekeeping import Housekeeping
from backend.routes import direct_uploads, events, jobs, legacy, mixes, pages, service, stems, submissions, uploads
from backend.schema_document import install_schema
from backend.side_tasks import running
from contract.settings import SourceSettings
from media.jail import Jail

_log = structlog.get_logger(__name__)

_ROUTERS = (
    submissions.router,
    jobs.router,
    events.router,
    stems.router,
    mixes.router,
    direct_uploads.router,
    uploads.router,
    service.router,
)
"""What is asked most comes first: a request is held against every route before its own."""

_DESCRIPTION = """Send a recording, get its stems: drums, bass, vocals and the rest, each a file of its own.

A job is made by `POST /api/v1/stemify`, watched by polling, by Server-Sent Events or over Socket.IO (namespace
`/progress`), and its stems are downloaded one by one or as a zip. Every error is a problem document (RFC 9457).
"""

_EXPOSED = ("Location", "ETag", "X-Request-ID", "RateLimit", "RateLimit-Policy", "Retry-After", "Preference-Applied")
_EXPOSED_OF_TUS = ("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm")
_EXPOSED_OF_UPLOADS = ("Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires")


def build_api(parts: Parts) -> FastAPI:
    """The app around these parts, which start and stop with it."""
    app = FastAPI(
        title="Stemify",
        version=version(),
        description=_DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.parts = parts
    install_error_handlers(app)
    _allow_origins(app, parts.settings.cors_origins)
    for router in _ROUTERS:
        app.include_router(router, prefix=PREFIX)
        app.include_router(router, include_in_schema=False)
    for router in (service.unversioned, legacy.router, pages.router):
        app.include_router(router)
    pages.mount_files(app)
    install_schema(app)
    return app


def _allow_origins(app: FastAPI, origins: tuple[str, ...]) -> None:
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["*"],
            expose_headers=[*_EXPOSED, *_EXPOSED_OF_TUS, *_EXPOSED_OF_UPLOADS],
        )


def _operation_id(route: APIRoute) -> str:
    return route.name


def _warn_of_private_hosts(sources: SourceSettings) -> None:
    if sources.allow_private_hosts:
        _log.warning("links_may_lead_inside", hosts=list(sources.allow_private_hosts))


def _lock_up(jail: Jail) -> None:
    for wall, why in jail.start().items():
        _log.warning("jail_wall_missing", wall=wall, because=why)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Callable[[], None]]]:
    parts: Parts = app.state.parts
    housekeeping = Housekeeping(
        parts.janitor, tidy_uploads=parts.uploads.tidy, sweep_seconds=parts.settings.queue.sweep_seconds
    )
    side_tasks = {"relay": parts.relay.run, "rooms": parts.rooms.run, "housekeeping": housekeeping.run}
    try:
        _warn_of_private_hosts(parts.settings.sources)
        await to_thread.run_sync(_lock_up, parts.jail)
        async with running(side_tasks):
            yield {STOPPING: parts.relay.let_go}
    finally:
        await to_thread.run_sync(parts.jail.close)
        await parts.async_redis.aclose()
        parts.redis.close()
        parts.tracing.shutdown()
