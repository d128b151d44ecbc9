"""What the API tier alone is told. Read from the environment by backend/main.py; a wrong deployment does not start."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from contract.settings import SettingsGroup, SharedSettings

Transport = Literal["websocket", "polling"]


class IntakeSettings(SettingsGroup):
    """How recordings are taken in."""

    stall_seconds: float = Field(30.0, gt=0, description="Longest silence of an upload before it is given up.")
    min_bytes_per_second: int = Field(
        10_000,
        ge=0,
        description="Slowest upload, measured over any stall_seconds after a grace of half of that; 0 accepts any.",
    )
    body_seconds: float = Field(3_600.0, gt=0, description="Longest time one request's body may take.")
    upload_seconds: float = Field(
        86_400.0, gt=0, le=86_400, description="How long a resumable upload is kept that is no job yet."
    )
    probe_seconds: float = Field(
        5.0,
        gt=0,
        description="Longest look at a recording, half of it on the processor, before it is refused; most take 0.1.",
    )
    at_once: int = Field(
        100, ge=1, description="Recordings each replica takes in at the same time; further ones are answered 429."
    )
    without_worker_seconds: float = Field(
        60.0,
        ge=0,
        description="After so long without a live worker, jobs are answered 503 no_worker; inf: they wait for one.",
    )


class MixSettings(SettingsGroup):
    """How mixes of finished jobs are made."""

    at_once: int = Field(2, ge=1, description="Mixes made at once in each replica.")
    waiting: int = Field(8, ge=0, description="Mixes that may wait for their turn; further ones are answered 503.")
    most_per_job: int = Field(20, ge=1, description="Mixes kept of one job; the oldest goes first.")
    folder: Path | None = Field(
        None, description="Existing folder to make mixes in before they are stored; the system's for temporary files."
    )


class LiveSettings(SettingsGroup):
    """How news of jobs is told."""

    transports: tuple[Transport, ...] = Field(
        ("polling", "websocket"),
        min_length=1,
        description="Socket.IO transports; several replicas without sticky sessions need websocket alone.",
    )
    rooms_per_socket: int = Field(50, ge=1, description="Jobs one socket may watch at once.")
    sockets_per_address: int = Field(20, ge=1, description="Sockets one address may hold open in each replica.")
    silence_seconds: float = Field(5.0, gt=0, description="Silence of a watched job before its record is read again.")
    heartbeat_seconds: float = Field(15.0, gt=0, description="Silence of an event stream before a heartbeat is sent.")


class ApiSettings(SharedSettings):
    """Everything the API tier is told."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; PORT works too.")
    proxies: tuple[str, ...] = Field(
        ("127.0.0.1",), description="Addresses or networks of proxies whose X-Forwarded-For is believed."
    )
    cors_origins: tuple[str, ...] = Field(
        (), description="Origins of other sites' pages that may call this API and its sockets."
    )
    intake: IntakeSettings = IntakeSettings()
    live: LiveSettings = LiveSettings()
    mixes: MixSettings = MixSettings()

    @model_validator(mode="after")
    def _addresses_can_be_believed(self) -> Self:
        if "*" in self.proxies and self.limits.jobs_per_hour is not None:
            raise ValueError(
                "proxies must name the proxies' addresses (not *) when limits.jobs_per_hour is set: "
                "with * every caller chooses the address that is counted"
            )
        return self
