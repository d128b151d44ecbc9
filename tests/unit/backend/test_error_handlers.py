"""The unforeseen is a problem document for the caller and a log line for us, never a trace on the wire."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import structlog
from fastapi import FastAPI

from backend.error_handlers import install_error_handlers
from backend.middleware.boundary import Boundary, Served
from backend.middleware.request_ids import RequestIds
from backend.middleware.security_headers import SecurityHeaders

SERVED: list[Served] = []


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app)

    @app.get("/breaks/{what}")
    def breaks(what: str) -> None:
        raise RuntimeError(f"secret path /srv/{what}")

    @app.get("/health/live")
    def live() -> str:
        return "ok"

    SERVED.clear()
    transport = httpx2.ASGITransport(RequestIds(Boundary(SecurityHeaders(app), SERVED.append)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as found:
        yield found


async def test_the_unforeseen(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/breaks/badly", headers={"X-Request-ID": "request-0001"})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"] == "request-0001"
    assert answer.json()["code"] == "internal"
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    assert [(served.route, served.status) for served in SERVED] == [("/breaks/{what}", 500)]


@pytest.mark.parametrize("path", ["/health/live", "/breaks/badly"])
async def test_what_machines_ask_every_few_seconds_is_not_logged_while_all_is_well(
    client: httpx2.AsyncClient, path: str
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await client.get(path)
    levels = {line["log_level"] for line in logged if line["event"] == "request_served"}
    assert levels == {"debug" if answer.status_code == 200 else "info"}
