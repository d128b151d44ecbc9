"""Settings groups both tiers share. Read from the environment by the roofs alone; a wrong deployment does not start."""

import math
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from contract.environment import PlatformNames, ProfileDefaults, Spelling

Profile = Literal["local", "public"]
LinkSite = Literal["youtube", "soundcloud", "bandcamp"]


class SettingsGroup(BaseModel):
    """A group of settings; a name that is none of them is a mistake, not silence."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class RedisSettings(SettingsGroup):
    """Where the queue, the record and the pub/sub channels live."""

    url: SecretStr = Field(
        SecretStr("redis://127.0.0.1:6379/0"),
        description="Address of a Redis-compatible server (redis://, rediss:// or unix://); REDIS_URL works too.",
    )
    timeout_seconds: float = Field(1.5, gt=0, description="Longest wait for one answer of the server.")

    @field_validator("url")
    @classmethod
    def _of_a_known_form(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("redis.url must be redis://HOST:PORT/DB, rediss://... or unix:///PATH?db=N")
        return url


class QueueSettings(SettingsGroup):
    """How jobs wait, how long a claim holds, and when they are given up."""

    name: str = Field("stemify.5default", description="Celery queue; names sort by priority.")
    max_depth: int = Field(
        1_000,
        ge=1,
        description="Jobs that may wait; further ones are answered 429; the last tenth is for newcomers.",
    )
    longest_wait_seconds: float = Field(
        math.inf, gt=0, description="Callers whose next job would begin later are answered 429; 1800 in public."
    )
    lease_seconds: float = Field(30.0, ge=1, description="How long a claim holds without a beat.")
    beat_seconds: float = Field(5.0, gt=0, description="How often a running attempt renews its lease.")
    sweep_seconds: float = Field(5.0, gt=0, description="How often lapsed leases and lost messages are looked for.")
    republish_seconds: float = Field(20.0, gt=0, description="Age after which a waiting job's message is sent again.")
    max_attempts: int = Field(3, ge=1, le=10, description="Runs of one job before it fails with worker_lost.")

    @model_validator(mode="after")
    def _beats_fit_in_lease(self) -> Self:
        if self.beat_seconds * 2 > self.lease_seconds:
            raise ValueError("queue.beat_seconds must be at most half of queue.lease_seconds")
        return self


class StorageSettings(SettingsGroup):
    """Where recordings and stems are kept."""

    url: str = Field(
        "file:./stemify-data/blobs",
        description="A folder (`file:/path`) or a bucket (`s3://bucket/prefix`, extra `s3`).",
    )
    s3_endpoint_url: str | None = Field(None, description="Address of an S3-compatible server, when not AWS's own.")
    s3_region: str = Field("us-east-1", description="Region of the bucket.")
    s3_access_key_id: SecretStr | None = Field(None, description="Access key of the bucket.")
    s3_secret_access_key: SecretStr | None = Field(None, description="Secret key of the bucket.")
    link_seconds: int = Field(900, ge=1, description="How long a presigned download link works.")
    free_bytes_floor: int = Field(
        2 * 2**30, ge=0, description="Free room under which new jobs are answered 507; or free_share_floor, if less."
    )
    free_share_floor: float = Field(0.1, ge=0, le=1, description="The same as a share of the whole disk.")


class LimitSettings(SettingsGroup):
    """What one caller may ask for."""

    max_upload_bytes: int = Field(100 * 10**6, ge=1, description="Largest upload.")
    max_duration_seconds: float = Field(3_600.0, gt=0, description="Longest recording; 600 in the public profile.")
    min_duration_seconds: float = Field(0.5, ge=0, description="Shortest recording.")
    open_uploads: int | None = Field(
        None, ge=1, description="Resumable uploads a caller may have open at once; 8 in the public profile."
    )
    jobs_per_hour: int | None = Field(None, ge=1, description="New jobs an hour and address; 5 in the public profile.")


class SourceSettings(SettingsGroup):
    """Recordings that are fetched from links."""

    links: bool = Field(True, description="Whether a job may name a link instead of a file; off in the public profile.")
    ports: tuple[int, ...] = Field((80, 443), min_length=1, description="Ports that links may name.")
    allow_private_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts (nas.local) and networks (192.168.1.0/24) of one's own that may be fetched from; else none.",
    )
    ca_file: Path | None = Field(None, description="Certificates to trust beside the public ones (PEM).")
    most_seconds: float = Field(600.0, gt=0, description="Longest time of fetching one recording.")
    stall_seconds: float = Field(20.0, gt=0, description="Longest silence of the other side before the fetch resumes.")
    min_bytes_per_second: int = Field(10_000, ge=0, description="Slowest fetch, measured over half a minute.")
    sites: tuple[LinkSite, ...] = Field(
        ("youtube", "soundcloud", "bandcamp"),
        description="Sites whose links are read with yt-dlp, by workers that have the extra `youtube`.",
    )
    cookies_file: Path | None = Field(None, description="Cookies for these sites (Netscape's format), read afresh.")
    sites_proxy: SecretStr | None = Field(
        None, description="HTTP proxy for these sites, like http://user:password@host:3128; none without."
    )
    yt_dlp_folder: Path | None = Field(
        None, description="Folder with a newer yt-dlp than the installed one (`pip install --target`)."
    )
    canary_url: str | None = Field(
        None,
        description="Link to a site that each worker looks at now and then, for health and figures; none without.",
    )
    canary_seconds: float = Field(1_800.0, ge=60, description="How often the canary link is looked at.")


class RetentionSettings(SettingsGroup):
    """How long things are kept."""

    files_seconds: int = Field(86_400, ge=1, description="How long a finished job's files are kept.")
    after_download_seconds: int | None = Field(None, ge=1, description="Shorter time that begins with a download.")
    records_seconds: int = Field(30 * 86_400, ge=1, description="How long a finished job's record is kept.")


class ModelSettings(SettingsGroup):
    """Which models are offered and where their weights come from."""

    default: str = Field("htdemucs", description="Model used when a request names none.")
    catalog: Path | None = Field(None, description="TOML file with a user's own models.")
    folder: Path | None = Field(None, description="Where weights are kept; ~/.cache/stemify/models when absent.")
    mirror: str | None = Field(None, description="Address to fetch weights from instead of the published one.")
    offline_folder: Path | None = Field(None, description="Folder with weights already downloaded.")
    fetch: bool = Field(True, description="Whether a worker may fetch weights when a job needs them; off in public.")


class TelemetrySettings(SettingsGroup):
    """Logs and traces."""

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto: console on a terminal, else JSON."
    )
    otlp_endpoint: str | None = Field(
        None, description="OTLP/HTTP address that receives traces; none are sent without."
    )


class SharedSettings(BaseSettings):
    """What the API tier and the workers are both told."""

    model_config = SettingsConfigDict(
        env_prefix="STEMIFY_", env_nested_delimiter="__", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    profile: Profile = Field("local", description="local for one's own machine, public for a service open to others.")
    redis: RedisSettings = RedisSettings()
    queue: QueueSettings = QueueSettings()
    storage: StorageSettings = StorageSettings()
    limits: LimitSettings = LimitSettings()
    sources: SourceSettings = SourceSettings()
    retention: RetentionSettings = RetentionSettings()
    models: ModelSettings = ModelSettings()
    telemetry: TelemetrySettings = TelemetrySettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then our names, then the platforms', then the profile; misspelt names are refused."""
        return (
            Spelling(settings_cls),
            init_settings,
            env_settings,
            PlatformNames(settings_cls),
            ProfileDefaults(settings_cls),
        )
