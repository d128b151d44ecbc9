"""One whole stack for all tests that leave it as they found it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.launched import LaunchedStack


@pytest.fixture(scope="session")
def stack() -> Iterator[LaunchedStack]:
    """The stack, ready."""
    with tempfile.TemporaryDirectory(prefix="stemify-acceptance-") as folder:
        launched = LaunchedStack(Path(folder))
        try:
            yield launched.wait_ready()
        finally:
            launched.end()


@pytest.fixture
def api(stack: LaunchedStack) -> Iterator[httpx.Client]:
    """A client of the stack's HTTP API."""
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        yield client
