"""A real API and its store in processes of their own, for as long as something is measured. Knows no browser."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from cli import ports
from cli.embedded_redis import EmbeddedRedis
from contract.job_store import JobStore
from contract.redis_client import connect
from contract.settings import QueueSettings, RedisSettings, RetentionSettings, StorageSettings
from contract.storage import BlobStore, open_storage

_START_SECONDS, _STOP_SECONDS, _LOOK_SECONDS = 60.0, 15.0, 0.05


@dataclass(frozen=True)
class Served:
    """Where the API answers, and the store and storage it reads from."""

    url: str
    store: JobStore
    storage: BlobStore


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """One replica without workers, in `folder`. Raises StackFailed, RuntimeError when it does not start."""
    port = ports.find_free()
    url, blobs = f"http://127.0.0.1:{port}", f"file:{folder / 'blobs'}"
    with EmbeddedRedis(folder) as redis:
        told = {"REDIS_URL": redis.url, "STEMIFY_STORAGE__URL": blobs, "STEMIFY_PORT": str(port), "PORT": str(port)}
        with _running(redis.spec().command, folder / "redis.log", {}):
            client = connect(RedisSettings(url=SecretStr(redis.url)))
            try:
                _until(lambda: _answers(client), folder / "redis.log")
                store = JobStore(client, queue=QueueSettings(), retention=RetentionSettings())
                with _running((sys.executable, "-m", "backend.main"), folder / "api.log", told):
                    _until(lambda: _is_live(url), folder / "api.log")
                    yield Served(url, store, open_storage(StorageSettings(url=blobs)))
            finally:
                client.close()


@contextmanager
def _running(command: tuple[str, ...], log: Path, told: Mapping[str, str]) -> Iterator[None]:
    tethered = (sys.executable, "-m", "cli.tether", str(os.getpid()), *command)  # ends when this process does
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STEMIFY_", "REDIS_"))}
    with log.open("wb") as output:
        process = subprocess.Popen(tethered, stdout=output, stderr=output, env=inherited | dict(told))
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(is_so: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not there after {_START_SECONDS:.0f} s: {log.read_text(errors='replace')[-500:]}")
        time.sleep(_LOOK_SECONDS)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _is_live(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", timeout=5).is_success
    except httpx.TransportError:
        return False
