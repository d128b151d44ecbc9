"""The health check of the API's image, run as it stands in the Dockerfile against a replica of these tests."""

import json
import os
import re
import socket
import subprocess
import threading
from collections.abc import Callable

import pytest

from tests.integration.backend.service import Service
from tests.service_process import ROOT

RECIPE = (ROOT / "Dockerfile.api").read_text(encoding="utf-8")


def status(**told: str) -> int:
    """The exit status of the check in a container that is told this."""
    found = re.search(r"^HEALTHCHECK .*\\\n +CMD (\[.+\])$", RECIPE, re.MULTILINE)
    assert found is not None
    inherited = {name: value for name, value in os.environ.items() if name not in {"PORT", "STEMIFY_PORT"}}
    return subprocess.run(json.loads(found[1]), env=inherited | told, capture_output=True, check=False).returncode


@pytest.fixture
def refusing_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@pytest.mark.parametrize("told", [lambda port: {"PORT": port}, lambda port: {"PORT": "1", "STEMIFY_PORT": port}])
def test_a_replica_that_answers_is_healthy(service: Service, told: Callable[[str], dict[str, str]]) -> None:
    assert status(**told(str(service.port))) == 0


def test_a_proxy_of_the_environment_is_not_asked(service: Service, refusing_port: int) -> None:
    assert status(PORT=str(service.port), http_proxy=f"http://127.0.0.1:{refusing_port}") == 0


def test_where_nothing_listens_is_unhealthy(refusing_port: int) -> None:
    assert status(PORT=str(refusing_port)) == 1


def test_an_answer_that_is_no_good_one_is_unhealthy() -> None:
    def answer(server: socket.socket) -> None:
        with server.accept()[0] as caller:
            caller.recv(1_000)
            caller.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=answer, args=(server,))
        answering.start()
        assert status(PORT=str(server.getsockname()[1])) == 1
        answering.join()
