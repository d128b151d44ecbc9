"""One deployment of the service for a trial: a server, an API, workers, each a real process that may be hurt."""

import functools
import tempfile
import time
from collections.abc import Iterator
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
from contract.task_queue import TaskQueue, make_celery
from contract.worker_registry import WorkerFacts, WorkerRegistry
from tests.acceptance.processes import descendants
from tests.faults import failpoints
from tests.faults.recorder import Recorder
from tests.redis_server import RedisServer
from tests.service_process import START_SECONDS, ServiceProcess, wait_for
from tests.tiny_model import write_tiny_catalog
from tests.worker_process import WorkerProcess

SHORT = QueueSettings(lease_seconds=6, beat_seconds=1, sweep_seconds=1, republish_seconds=4)
"""Times for trials that wait for a lease to lapse or a message to be missed, many times over."""
API_SECONDS = 30.0


@functools.cache
def _models() -> Path:
    """The tiny model's catalog, made once a run; the folder goes with this process."""
    folder = tempfile.TemporaryDirectory(prefix="stemify-models-")
    _kept.enter_context(folder)
    return write_tiny_catalog(Path(folder.name), "tiny", "demo")


_kept = ExitStack()


class Deployment:
    """Started empty; what runs in it is started by the trial, and all of it is gone after the with-block.

    `settings` (later `told`): environment of every process, beside what the trials have in common. `blobs`: where files
    are kept, when not beside the rest.
    """

    def __init__(self, *, queue: QueueSettings = SHORT, blobs: Path | None = None, **settings: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="stemify-faults-")
        self.folder = Path(self._folder.name)
        self.scratch = self.folder / "scratch"
        self.blobs = blobs or self.folder / "blobs"
        self.queue = queue
        self.server = RedisServer(self.folder)
        self.processes: list[ServiceProcess] = []
        self.api: ServiceProcess | None = None
        self.told = settings
        self._opened = ExitStack()
        self._seen: dict[int, str] = {}

    def __enter__(self) -> Self:
        self._opened.enter_context(self._folder)
        self.server.start()
        self._opened.callback(self.server.kill)
        self._opened.callback(self._kill_all)
        self._connect()
        self.recorder = self._opened.enter_context(Recorder(self.server.url))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def worker(self, name: str = "one", *, module: str = "worker.main", **settings: str) -> WorkerProcess:
        """A worker that begins to start."""
        worker = WorkerProcess(name, self.folder, self.environment() | settings, module=module)
        worker.start()
        self.processes.append(worker)
        return worker

    def ready_worker(self, name: str = "one", *, module: str = "worker.main", **settings: str) -> WorkerProcess:
        """A worker whose child is registered."""
        worker = self.worker(name, module=module, **settings)
        self.wait_registered(worker)
        return worker

    def wait_registered(self, worker: WorkerProcess, *, but: int | None = None) -> WorkerFacts:
        """What the worker's child says of itself, once it does; `but`: not the child of this id."""

        def look() -> WorkerFacts | None:
            assert worker.is_alive, f"the worker ended\n{worker.log[-4000:]}"
            children = set(descendants(worker.pid)) - {but}
            return next((facts for facts in self.registry.live() if facts.pid in children), None)

        found = wait_for(look, seconds=START_SECONDS, said=lambda: worker.log[-4000:])
        assert isinstance(found, WorkerFacts)
        return found

    def start_api(self, name: str = "api", *, module: str = "backend.main", **settings: str) -> ServiceProcess:
        """A replica that answers."""
        port = ports.find_free()
        told = self.environment() | {"STEMIFY_PORT": str(port), "PORT": str(port)} | settings
        process = ServiceProcess(name, self.folder, told, module=module)
        process.start()
        self.processes.append(process)
        self.api, self.url = process, f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(self.url), seconds=API_SECONDS, said=lambda: process.log[-4000:])
        return process

    def wait_idle(self) -> None:
        """Until no message waits and none is in hand."""
        wait_for(lambda: not self.redis.llen(self.queue.name) and not self.redis.hlen("unacked"))

    def look_at_processes(self) -> None:
        """Note every process that runs below ours, to ask after it at the end."""
        for process in self.processes:
            if process.is_alive:
                self._seen |= descendants(process.pid)

    def stop(self) -> list[str]:
        """Stop all of it in good order; what did not go well."""
        self.look_at_processes()
        wrong = []
        for process in reversed(self.processes):
            if process.is_alive:
                try:
                    process.terminate()
                except AssertionError as late:
                    wrong.append(str(late)[:500])
        self._kill_all()
        deadline = time.monotonic() + 5
        while (left := _alive(self._seen)) and time.monotonic() < deadline:
            time.sleep(0.05)  # between two looks
        return wrong + [f"process {pid} outlived its worker: {line[:120]}" for pid, line in left.items()]

    def logs(self, of: str = "*") -> Iterator[tuple[str, str]]:
        """Name and text of each log."""
        for path in self.folder.glob(f"{of}.log"):
            yield path.stem, path.read_text(errors="replace")

    def _kill_all(self) -> None:
        for process in self.processes:
            process.kill()

    def _connect(self) -> None:
        told = RedisSettings.model_validate({"url": self.server.url})
        self.redis = connect(told)
        self._opened.callback(self.redis.close)
        self.store = JobStore(self.redis, queue=self.queue, retention=RetentionSettings())
        self.storage = open_storage(StorageSettings(url=f"file:{self.blobs}"))
        self.registry = WorkerRegistry(self.redis)
        app = make_celery(told, self.queue)
        self._opened.callback(app.close)
        self.bell = TaskQueue(app, self.queue.name)

    def environment(self) -> dict[str, str]:
        """What every process is told."""
        models = _models()
        queue = {f"STEMIFY_QUEUE__{name.upper()}": str(value) for name, value in self.queue.model_dump().items()}
        ours = {
            "REDIS_URL": self.server.url,
            "STEMIFY_STORAGE__URL": f"file:{self.blobs}",
            "STEMIFY_STORAGE__FREE_BYTES_FLOOR": "0",
            "STEMIFY_MODELS__CATALOG": str(models),
            "STEMIFY_MODELS__FOLDER": str(models.parent / "weights"),
            "STEMIFY_MODELS__DEFAULT": "tiny",
            "STEMIFY_MODELS__FETCH": "false",
            "STEMIFY_SCRATCH_FOLDER": str(self.scratch),
            "STEMIFY_DEVICE": "cpu",
            "STEMIFY_PRELOAD": '["tiny"]',
            "STEMIFY_SHUTDOWN_SECONDS": "1",
            "STEMIFY_TELEMETRY__LOG_FORMAT": "json",
            "OMP_NUM_THREADS": "1",
            **failpoints.environment(self.folder),
        }
        return queue | ours | self.told


def answers(url: str) -> bool:
    """Whether an API listens there."""
    try:
        return httpx.get(f"{url}/health/live", timeout=2).is_success
    except httpx.TransportError:
        return False


def _alive(seen: dict[int, str]) -> dict[int, str]:
    """Those that still run; an id that another program has by now does not count."""
    found = {}
    for pid, line in seen.items():
        try:
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE and " ".join(process.cmdline()) == line:
                found[pid] = line
        except psutil.NoSuchProcess:
            continue
    return found
