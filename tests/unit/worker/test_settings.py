"""What a worker may be told."""

import pytest
from pydantic import ValidationError

from worker.settings import WorkerSettings


def test_one_child_a_device_and_no_port_by_default(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    settings = WorkerSettings()
    assert (settings.concurrency, settings.device, settings.metrics_port) == (1, "auto", None)


def test_two_children_cannot_serve_one_port():
    with pytest.raises(ValidationError, match="concurrency 1"):
        WorkerSettings(metrics_port=9_000, concurrency=2)
