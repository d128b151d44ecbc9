"""Real workers on a real server, with a tiny model and leases short enough to be lost in a test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from contract.catalog import load_catalog
from contract.job_ids import new_job_id
from contract.job_store import JobStore
from contract.jobs import Job
from contract.line.speeds import SpeedBook
from contract.options import JobRequest, resolve
from contract.settings import QueueSettings, RetentionSettings, StorageSettings
from contract.storage import BlobStore, open_storage
from contract.task_queue import TaskQueue, make_celery
from contract.worker_registry import WorkerRegistry
from tests.builders import a_job, a_source
from tests.noise import noise
from tests.tiny_model import write_tiny_catalog
from tests.worker_process import START_SECONDS, WorkerProcess, wait_for


@pytest.fixture(scope="session")
def tiny_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_catalog(tmp_path_factory.mktemp("models"), "tiny", "demo")


@pytest.fixture(scope="session")
def weights_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weights")


@pytest.fixture
def queue_settings() -> QueueSettings:
    return QueueSettings(lease_seconds=5, beat_seconds=0.3, sweep_seconds=0.3, republish_seconds=1.0)


@pytest.fixture
def storage_settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(url=f"file:{tmp_path}/blobs")


@pytest.fixture
def environment(
    redis_url: str, tmp_path: Path, tiny_catalog: Path, weights_folder: Path, queue_settings: QueueSettings
) -> dict[str, str]:
    """What a worker of these tests is told; a test may change it before it starts one."""
    queue = {f"STEMIFY_QUEUE__{name.upper()}": str(value) for name, value in queue_settings.model_dump().items()}
    return queue | {
        "REDIS_URL": redis_url,
        "STEMIFY_STORAGE__URL": f"file:{tmp_path}/blobs",
        "STEMIFY_MODELS__CATALOG": str(tiny_catalog),
        "STEMIFY_MODELS__FOLDER": str(weights_folder),
        "STEMIFY_MODELS__FETCH": "false",
        "STEMIFY_SCRATCH_FOLDER": str(tmp_path / "scratch"),
        "STEMIFY_HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
        "STEMIFY_DEVICE": "cpu",
        "STEMIFY_PRELOAD": '["tiny"]',
        "STEMIFY_SHUTDOWN_SECONDS": "0.2",
        "STEMIFY_TELEMETRY__LOG_FORMAT": "json",
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture
def store(redis: Redis, queue_settings: QueueSettings) -> JobStore:
    return JobStore(redis, queue=queue_settings, retention=RetentionSettings())


@pytest.fixture
def storage(storage_settings: StorageSettings) -> BlobStore:
    return open_storage(storage_settings)


@pytest.fixture
def registry(redis: Redis) -> WorkerRegistry:
    return WorkerRegistry(redis)


@pytest.fixture
def bell(redis_settings, queue_settings: QueueSettings) -> Iterator[TaskQueue]:
    app = make_celery(redis_settings, queue_settings)
    yield TaskQueue(app, queue_settings.name)
    app.close()


@pytest.fixture
def start_process(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """start_process(name="one"): a worker that begins to start."""
    workers: list[WorkerProcess] = []

    def start(name: str = "one") -> WorkerProcess:
        workers.append(WorkerProcess(name, tmp_path, environment))
        workers[-1].start()
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


@pytest.fixture
def start_worker(start_process: Callable[..., WorkerProcess], registry: WorkerRegistry) -> Callable[..., WorkerProcess]:
    """start_worker(name="one"): a worker whose child is registered."""

    def start(name: str = "one") -> WorkerProcess:
        known = len(registry.live())
        worker = start_process(name)
        wait_for(lambda: len(registry.live()) > known, seconds=START_SECONDS, said=lambda: worker.log)
        return worker

    return start


@pytest.fixture
def worker_alone(start_worker: Callable[..., WorkerProcess], registry: WorkerRegistry) -> WorkerRegistry:
    """One worker, started; where it is registered."""
    start_worker()
    return registry


@pytest.fixture
def make_song() -> Callable[..., bytes]:
    """make_song(seconds, channels=2): noise as a 16-bit WAV at the tiny model's rate."""
    return noise


@pytest.fixture
def submit(store: JobStore, storage: BlobStore, bell: TaskQueue, tiny_catalog: Path) -> Callable[..., Job]:
    """submit(content, ring=True, **options): a job, accepted, its recording stored; options are a request's."""

    def accept(
        content: bytes, *, ring: bool = True, trace: Any = None, default_model: str = "tiny", **options: Any
    ) -> Job:
        job_id = new_job_id()
        key = f"uploads/{job_id}/source"
        with storage.writer(key) as writer:
            writer.write(content)
        wanted = resolve(JobRequest(**options), load_catalog(tiny_catalog), default_model=default_model)
        source = a_source(bytes=len(content), sha256=writer.sha256)
        job = store.accept(a_job(job_id=job_id, input_blob=key, source=source, options=wanted, trace=trace or {}))
        if ring:
            bell.enqueue(job_id, job.trace)
        return job

    return accept


@pytest.fixture
def ended(store: JobStore, tmp_path: Path) -> Callable[..., Job]:
    """ended(job, seconds=60): the job once it has ended."""

    def wait(job: Job, seconds: float = 120.0) -> Job:
        def look() -> Job | None:
            now = store.get(job.job_id)
            return now if now.is_terminal else None

        def logs() -> str:
            logged = "\n".join(path.read_text(errors="replace")[-5_000:] for path in tmp_path.glob("*.log"))
            return f"{store.get(job.job_id)!r}\n{logged}"

        return wait_for(look, seconds=seconds, said=logs)

    return wait


@pytest.fixture
def running(store: JobStore, tmp_path: Path) -> Callable[..., Job]:
    """running(job, percent=10): the job once an attempt has come so far."""

    def wait(job: Job, percent: int = 10, attempt: int = 1) -> Job:
        def look() -> Job | None:
            now = store.get(job.job_id)
            assert not now.is_terminal, f"over before it could be looked at: {now!r}"
            return now if now.progress >= percent and now.attempt >= attempt else None

        logs = lambda: "\n".join(path.read_text(errors="replace")[-5_000:] for path in tmp_path.glob("*.log"))  # noqa: E731
        return wait_for(look, seconds=120, said=logs)

    return wait


@pytest.fixture
def speeds(redis: Redis) -> SpeedBook:
    return SpeedBook(redis)
