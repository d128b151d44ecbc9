"""A process of a worker that is there and says nothing."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from contract.errors import StoreUnavailable
from contract.worker_registry import WorkerFacts
from worker.upkeep.frozen_children import FrozenChildren


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing."""
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        yield process
        process.kill()


def test_a_process_that_falls_silent_is_ended(registry, child):
    facts = WorkerFacts(worker_id="w", host="here", pid=child.pid, device="cpu", started_at=datetime.now(UTC))
    frozen = FrozenChildren(registry, children=lambda: [child.pid], name=lambda _: "w", looks=2)
    for _ in range(3):
        frozen.look()
    assert child.poll() is None, "it has not begun"
    registry.announce(facts)
    frozen.look()
    registry.leave("w")
    frozen.look()
    registry.announce(facts)
    frozen.look()
    registry.leave("w")
    frozen.look()
    assert child.poll() is None, "it came back in between"
    frozen.look()
    assert child.wait(10) == -signal.SIGKILL


def test_while_the_store_takes_no_registration_nobody_is_frozen(registry, redis, child):
    facts = WorkerFacts(worker_id="w", host="here", pid=child.pid, device="cpu", started_at=datetime.now(UTC))
    frozen = FrozenChildren(registry, children=lambda: [child.pid], name=lambda _: "w", looks=2)
    registry.announce(facts)
    frozen.look()
    registry.leave("w")
    redis.config_set("maxmemory", 1)
    try:
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                frozen.look()
    finally:
        redis.config_set("maxmemory", 0)
    assert child.poll() is None, "it could not say that it lives"
    registry.announce(facts)
    frozen.look()
    assert child.poll() is None
