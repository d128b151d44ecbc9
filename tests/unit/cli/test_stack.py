"""Where the stack says it is, and what its processes are told."""

import socket
from pathlib import Path

import pytest

from cli import ports
from cli.data_folder import DataFolder
from cli.embedded_redis import EmbeddedRedis
from cli.stack import StackOptions, _environment, _uses_outside_redis


@pytest.mark.parametrize(
    ("host", "url", "health"),
    [
        ("127.0.0.1", "http://localhost:8001", "http://127.0.0.1:8001/health/ready"),
        ("0.0.0.0", "http://localhost:8001", "http://127.0.0.1:8001/health/ready"),  # noqa: S104
        ("::", "http://localhost:8001", "http://[::1]:8001/health/ready"),
        ("192.168.1.5", "http://192.168.1.5:8001", "http://192.168.1.5:8001/health/ready"),
    ],
)
def test_it_names_an_address_that_works_from_here(host: str, url: str, health: str) -> None:
    options = StackOptions(port=8001, host=host)
    assert (options.url, options.health_url) == (url, health)


def test_its_processes_are_told_the_folder_the_server_and_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STEMIFY_STORAGE__URL", raising=False)
    folder = DataFolder(tmp_path)
    told = _environment(StackOptions(port=8001), folder, EmbeddedRedis(folder.redis))
    assert told["STEMIFY_STORAGE__URL"] == f"file:{tmp_path}/blobs"
    assert told["REDIS_URL"] == f"unix://{tmp_path}/redis/redis.sock"
    assert told["STEMIFY_PORT"] == "8001"


def test_what_a_person_set_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMIFY_STORAGE__URL", "s3://bucket/here")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    options = StackOptions(port=8001)
    assert _uses_outside_redis(options)
    told = _environment(options, DataFolder(tmp_path), None)
    assert told["STEMIFY_STORAGE__URL"] == "s3://bucket/here"
    assert "REDIS_URL" not in told


def test_the_demo_brings_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert not _uses_outside_redis(StackOptions(port=8001, embedded=True))


def test_a_port_that_cannot_be_had_is_told_with_the_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert ports.refusal("127.0.0.1", taken.getsockname()[1]) == "is in use"
    assert ports.refusal("127.0.0.1", ports.find_free()) is None
    said = ports.refusal("192.0.2.1", 8000)  # an address for documentation: no machine has it
    assert said is not None
    assert said.startswith("cannot be listened on (")
