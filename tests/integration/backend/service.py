"""The API tier on a real port in a thread, and a stand-in worker that does what a real one does to the record."""

import io
import json
import math
import threading
import time
import wave
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn
from redis import Redis

from backend.guarded_connection import GuardedConnection
from backend.main import create_app
from backend.settings import ApiSettings
from contract.job_store import JobStore
from contract.jobs import Job
from contract.storage import BlobStore, open_storage
from media.peaks import PeaksMeter
from tests.builders import a_stem, completed, progressed

START_SECONDS = 15.0


def wav(seconds: float = 1.0, rate: int = 44_100) -> bytes:
    """A stereo 16-bit WAV file of a quiet tone."""
    frames = int(seconds * rate)
    tone = (8_000 * np.sin(np.arange(frames) * 0.05)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(np.stack([tone, tone], axis=1).tobytes())
    return file.getvalue()


class Service:
    """One replica. `store` and `storage` are the test's own clients of the same Redis and folder."""

    def __init__(self, settings: ApiSettings, redis: Redis) -> None:
        self.settings = settings
        self.store = JobStore(redis, queue=settings.queue, retention=settings.retention)
        self.storage: BlobStore = open_storage(settings.storage)
        config = uvicorn.Config(
            create_app(settings),
            port=0,
            http=GuardedConnection,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server takes too long to start"
            time.sleep(0.01)  # between questions to a server that says nothing when it is ready
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=20)

    @property
    def root(self) -> Path:
        """The folder its blobs lie in."""
        return Path(self.settings.storage.url.removeprefix("file:"))

    def stop(self) -> None:
        self.http.close()
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        assert not self._thread.is_alive(), "the server does not stop"

    def submit(self, content: bytes | None = None, **fields: Any) -> httpx.Response:
        headers = fields.pop("headers", {})
        filename = fields.pop("filename", "My Song.wav")
        files = {"file": (filename, wav() if content is None else content)}
        return self.http.post("/api/v1/stemify", files=files, data={"model": "demo"} | fields, headers=headers)

    def made_job(self, **fields: Any) -> Job:
        """A job that waits."""
        answer = self.submit(**fields)
        assert answer.status_code == 202, answer.text
        return self.store.get(answer.json()["job_id"])

    def claimed(self, job: Job) -> Job:
        claimed = self.store.claim(job.job_id, worker="stand-in")
        assert claimed is not None
        return claimed

    def progress(self, job: Job, percent: int) -> Job:
        return self.store.record(job, progressed(percent))

    def finished(self, job: Job) -> Job:
        """Do the job: real files in storage, then the commit."""
        held = self.claimed(job)
        folder = f"results/{job.job_id}/{held.fence}"
        stems = tuple(self._stem(folder, name) for name in job.options.stems)
        manifest = f"{folder}/manifest.json"
        self._put(manifest, json.dumps({"schema_version": 1, "job_id": job.job_id}).encode())
        timings = {"separating": 2.0, "encoding": 0.5, "realtime_factor": 0.5}
        return self.store.finish(held, completed(held, stems=stems, manifest_blob=manifest, timings=timings))

    def _stem(self, folder: str, name: str) -> Any:
        content = wav(0.2) + name.encode()
        meter = PeaksMeter()
        meter.add(np.linspace(-0.5, 0.5, 8_000, dtype=np.float32).reshape(2, -1))
        self._put(f"{folder}/{name}.peaks.json", json.dumps(meter.peaks(500).as_json()).encode())
        sha256 = self._put(f"{folder}/{name}.wav", content)
        return a_stem(
            name,
            blob=f"{folder}/{name}.wav",
            peaks_blob=f"{folder}/{name}.peaks.json",
            bytes=len(content),
            sha256=sha256,
        )

    def _put(self, key: str, content: bytes) -> str:
        with self.storage.writer(key) as writer:
            writer.write(content)
        return writer.sha256

    @property
    def blobs(self) -> list[str]:
        return sorted(facts.key for facts in self.storage.list())


def settings(folder: Path, redis_url: str, **changes: Any) -> ApiSettings:
    """A replica's settings: its own folder, nothing to wait for."""
    fields: dict[str, Any] = {
        "redis": {"url": redis_url},
        "storage": {"url": f"file:{folder}", "free_bytes_floor": 0},
        "live": {"silence_seconds": 1.0},
        # A busy machine is no reason for a test to fail, and jobs wait for the stand-in worker.
        "intake": {"probe_seconds": 60.0, "without_worker_seconds": math.inf},
    }
    for name, value in changes.items():
        fields[name] = fields.get(name, {}) | value if isinstance(value, dict) else value
    return ApiSettings.model_validate(fields)
