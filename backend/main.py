"""The roof of the API tier: reads the settings, then sockets around the app around everything. Run it with uvicorn."""

import gc
import sys
from typing import cast

import socketio
import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGI3Application
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from backend.api import build_api
from backend.assembly import assemble
from backend.guarded_connection import GuardedConnection
from backend.live.frames import CheckedFrames
from backend.middleware.boundary import Boundary
from backend.middleware.request_ids import RequestIds
from backend.middleware.same_site import SameSite
from backend.middleware.security_headers import SecurityHeaders
from backend.middleware.traced import Traced
from backend.settings import ApiSettings
from contract.errors import UnknownModel
from contract.logs import configure_logs
from contract.settings_errors import WRONG_SETTINGS, in_one_line

_GRACE_SECONDS = 5
"""How long open answers (a download, an event stream) may go on after the signal to stop."""
_SWITCH_SECONDS = 0.001
"""How long a thread keeps the interpreter while others want it (else 5 ms): the event loop waits for each in turn."""


def create_app(settings: ApiSettings) -> ASGIApp:
    """The whole API tier of one replica. Connects when it is started, not before."""
    parts = assemble(settings)
    guarded = SecurityHeaders(SameSite(build_api(parts), settings.cors_origins))
    inside = Boundary(guarded, parts.metrics.observe)
    api = RequestIds(Traced(inside, parts.tracing))
    everything = cast("ASGI3Application", CheckedFrames(socketio.ASGIApp(parts.sockets, other_asgi_app=api)))
    return cast("ASGIApp", ProxyHeadersMiddleware(everything, trusted_hosts=list(settings.proxies)))


def app() -> ASGIApp:
    """What `uvicorn backend.main:app` starts: settings come from the environment. Exits when they cannot work."""
    return _start(_settings())


def main() -> None:
    """Serve with the settings of the environment: `python -m backend.main`."""
    settings = _settings()
    uvicorn.run(
        _start(settings),
        host=settings.host,
        port=settings.port,
        http=GuardedConnection,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _settings() -> ApiSettings:
    try:
        return ApiSettings()
    except WRONG_SETTINGS as error:
        sys.exit(in_one_line(error))


def _start(settings: ApiSettings) -> ASGIApp:
    configure_logs(settings.telemetry, service="api")
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        app = create_app(settings)
    except (UnknownModel, ValueError) as error:
        sys.exit(f"The settings in the environment cannot work: {error}")
    _keep_for_good()
    return app


def _keep_for_good() -> None:
    """What is here now stays: a full collection would go through all of it each time, holding every answer up."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
