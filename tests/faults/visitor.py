"""Somebody who uses the deployment over HTTP: sends recordings, waits for their ends, and remembers what was taken."""

import json
import time
from typing import Any

import httpx

from contract.errors import JobNotFound, StoreUnavailable
from contract.jobs import Job
from tests.faults.deployment import Deployment
from tests.noise import noise
from tests.service_process import wait_for

JOB_SECONDS = 120.0


class Visitor:
    """`accepted`: the jobs answered 202, by when; `deleted`: those removed again."""

    def __init__(self, deployment: Deployment) -> None:
        self.accepted: dict[str, float] = {}
        self.deleted: set[str] = set()
        self._deployment = deployment

    def post(self, seconds: float = 1.0, *, key: str | None = None, seed: int = 1, **fields: Any) -> httpx.Response:
        """Send a recording; whatever is answered."""
        form = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in fields.items()}
        answer = httpx.post(
            f"{self._deployment.url}/api/v1/stemify",
            files={"file": ("noise.wav", noise(seconds, seed=seed))},
            data={"model": "tiny", **form},
            headers={"Idempotency-Key": key} if key else {},
            timeout=60,
        )
        if answer.status_code == 202:
            self.accepted.setdefault(answer.json()["job_id"], time.monotonic())
        return answer

    def send(self, seconds: float = 1.0, **fields: Any) -> str:
        """A job that was taken; its id."""
        answer = self.post(seconds, **fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def cancel(self, job_id: str) -> int:
        """Ask for its end; the status answered."""
        return httpx.post(f"{self._deployment.url}/api/v1/jobs/{job_id}/cancel", timeout=30).status_code

    def delete(self, job_id: str) -> int:
        """Remove it; the status answered."""
        self.deleted.add(job_id)
        return httpx.delete(f"{self._deployment.url}/api/v1/jobs/{job_id}", timeout=30).status_code

    def now(self, job_id: str) -> Job | None:
        """The job as it stands; None while nobody can say, or when it is gone."""
        try:
            return self._deployment.store.get(job_id)
        except (JobNotFound, StoreUnavailable):
            return None

    def running(self, job_id: str, *, percent: int = 0, attempt: int = 1) -> Job:
        """The job once an attempt of it has come so far. Raises AssertionError when it has ended before."""

        def look() -> Job | None:
            job = self.now(job_id)
            assert job is None or not job.is_terminal, f"over before it could be looked at: {job!r}"
            return job if job and job.worker and job.progress >= percent and job.attempt >= attempt else None

        found = wait_for(look, seconds=JOB_SECONDS, said=lambda: self._story(job_id))
        assert isinstance(found, Job)
        return found

    def ended(self, job_id: str, *, seconds: float = JOB_SECONDS) -> Job:
        """The job once it has ended. Raises AssertionError after `seconds`."""

        def look() -> Job | None:
            job = self.now(job_id)
            return job if job is not None and job.is_terminal else None

        found = wait_for(look, seconds=seconds, said=lambda: self._story(job_id))
        assert isinstance(found, Job)
        return found

    def _story(self, job_id: str) -> str:
        logs = "\n".join(f"--- {name}\n{text[-3000:]}" for name, text in self._deployment.logs() if name != "redis")
        return f"{self.now(job_id)!r}\n{logs}"
