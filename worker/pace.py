"""How fast a job's model is on this device: what is expected of an attempt, and what is learnt from it."""

import contextlib
import time

from contract.errors import StoreUnavailable
from contract.events import JobCompleted
from contract.jobs import Job
from contract.line.speeds import SpeedBook
from contract.line.work import effort


class Pace:
    """Of one job. `speed`: measured work seconds for a second of audio; None when unknown, or nobody can say now."""

    def __init__(self, speeds: SpeedBook, job: Job) -> None:
        self._speeds = speeds
        self._job = job
        self._began = time.monotonic()
        self.speed: float | None = None
        with contextlib.suppress(StoreUnavailable):
            self.speed = speeds.of(job.options.model)

    @property
    def expected_seconds(self) -> float | None:
        """Of work; None when it cannot be told."""
        audio = self._job.source.duration_seconds
        return None if audio is None or self.speed is None else audio * self.speed * effort(self._job.options)

    def learn(self, done: JobCompleted) -> None:
        """Keep how long this attempt held the worker: that is what others wait for. An outage of the store loses it."""
        work = time.monotonic() - self._began
        audio = (done.source.duration_seconds or 0.0) * effort(self._job.options)
        with contextlib.suppress(StoreUnavailable):
            self._speeds.learn(done.model.name, done.device, audio_seconds=audio, work_seconds=work)
