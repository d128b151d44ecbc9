"""What a worker alone is told. Read from the environment by worker/main.py; a wrong deployment does not start."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from contract.settings import SettingsGroup, SharedSettings

Precision = Literal["auto", "float32", "bfloat16", "float16"]


class TimeLimitSettings(SettingsGroup):
    """How long one attempt may take."""

    least_seconds: float = Field(
        600.0, gt=0, description="Time every attempt has, for fetching weights, loading them, and storing."
    )
    patience: float = Field(5.0, ge=1, description="Times the measured speed of the model that an attempt may take.")
    unmeasured: float = Field(
        30.0, gt=0, description="Seconds of work for a second of audio, for a model never measured on this device."
    )
    most_seconds: float = Field(5 * 3600.0, gt=0, description="Longest time of any attempt.")
    hard_after_seconds: float = Field(
        30.0,
        gt=0,
        description="An attempt that should stop (time is up, canceled, deleted) and so much later still runs is ended "
        "by force, with its process.",
    )


class WorkerSettings(SharedSettings):
    """Everything a worker is told."""

    instance: str = Field(
        "one", pattern=r"^[A-Za-z0-9]+$", description="Tells workers of one host name apart; made up at each start."
    )
    device: str = Field("auto", description="auto (a GPU that works, else the CPU), cpu, cuda, cuda:1, mps.")
    precision: Precision = Field("auto", description="Of the networks' arithmetic.")
    concurrency: int = Field(1, ge=1, le=64, description="Jobs at once; one child a device, so leave it at 1.")
    memory_bytes: int = Field(
        6 * 2**30, ge=0, description="What loaded models may occupy together; least recently used ones go first."
    )
    preload: tuple[str, ...] | None = Field(
        None, description="Models loaded at the start; the default model when absent. Never fetched for this."
    )
    scratch_folder: Path | None = Field(None, description="Where jobs in work lie; the system's own when absent.")
    shutdown_seconds: float = Field(
        20.0, ge=0, description="After SIGTERM, time for the running job to end before it is handed back."
    )
    metrics_port: int | None = Field(None, ge=1, le=65_535, description="Port of Prometheus's figures; none without.")
    metrics_host: str = Field("127.0.0.1", description="Address that Prometheus's figures are served on.")
    heartbeat_file: Path | None = Field(
        None, description="File touched every 5 s while the worker lives, for a liveness probe of its age."
    )
    idle_seconds: float = Field(
        120.0,
        gt=0,
        description="A worker that takes nothing for so long while jobs wait ends, and a process of it that is silent "
        "so long is killed, to be started anew.",
    )
    time_limits: TimeLimitSettings = TimeLimitSettings()

    @model_validator(mode="after")
    def _one_server_a_port(self) -> Self:
        if self.metrics_port is not None and self.concurrency > 1:
            raise ValueError("metrics_port needs concurrency 1: each child serves its own figures")
        return self
