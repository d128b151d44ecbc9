"""A replica of the API as a process of its own, with a server and a folder of its own; gone after the with-block.

A stand-in worker finishes jobs, so that downloads can be tried without a network.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import psutil

from cli import ports
from contract.job_store import JobStore
from contract.redis_client import connect
from contract.settings import QueueSettings, RedisSettings, RetentionSettings, StorageSettings
from contract.storage import open_storage
from contract.worker_registry import WorkerFacts, WorkerRegistry
from tests.builders import NOON
from tests.integration.backend.service import Service
from tests.redis_server import RedisServer
from tests.service_process import ServiceProcess, wait_for

START_SECONDS = 60.0
_HOUR = 3_600.0
_STAND_IN = WorkerFacts(worker_id="stand-in", host="here", pid=1, device="cpu", started_at=NOON)


class ReplicaProcess(Service):
    """`told`: further settings of the process."""

    def __init__(self, **told: str) -> None:
        self._told = told
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        self.folder = Path(self._opened.enter_context(tempfile.TemporaryDirectory(prefix="stemify-replica-")))
        self.server = RedisServer(self.folder)
        self.server.start()
        self._opened.callback(self.server.kill)
        self.redis = connect(RedisSettings.model_validate({"url": self.server.url}))
        self._opened.callback(self.redis.close)
        self.store = JobStore(self.redis, queue=QueueSettings(), retention=RetentionSettings())
        self.storage = open_storage(StorageSettings(url=f"file:{self.folder}/blobs"))
        self.port = ports.find_free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=60)
        self._opened.callback(self.http.close)
        self._opened.callback(self._kill)
        WorkerRegistry(self.redis).announce(_STAND_IN, ttl_seconds=_HOUR)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def start(self) -> None:
        """Start the process, the first time or after a kill, and wait until it answers."""
        ours = {
            "REDIS_URL": self.server.url,
            "STEMIFY_PORT": str(self.port),
            "STEMIFY_STORAGE__URL": f"file:{self.folder}/blobs",
            "STEMIFY_STORAGE__FREE_BYTES_FLOOR": "0",
            "STEMIFY_MODELS__DEFAULT": "demo",
            "STEMIFY_INTAKE__PROBE_SECONDS": "60",
            "STEMIFY_TELEMETRY__LOG_FORMAT": "json",
        }
        self.process = ServiceProcess("api", self.folder, ours | self._told, module="backend.main")
        self.process.start()
        wait_for(self.is_alive, seconds=START_SECONDS, said=lambda: self.process.log[-4000:])

    def _kill(self) -> None:
        self.process.kill()

    def is_alive(self) -> bool:
        """Whether it answers."""
        try:
            return httpx.get(f"{self.url}/health/live", timeout=5).is_success
        except httpx.TransportError:
            return False

    @property
    def rss(self) -> int:
        """Bytes of memory that the process holds."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def unforeseen(self) -> list[str]:
        """Lines of its log that tell of what nobody foresaw."""
        return [line[:2_000] for line in self.process.log.splitlines() if '"request_failed"' in line]
