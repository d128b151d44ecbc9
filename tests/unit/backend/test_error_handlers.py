"""The unforeseen is a problem document for the caller and a log line for us, never a trace on the wire."""

from collections.abc import AsyncIterator

import httpx2
import pytest
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
