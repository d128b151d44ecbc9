"""The facts of audio as a job tells them: its source, its stems, its model, its measured quality. Values only."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value; unknown fields are refused so that a spelling mistake cannot hide."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Source(Value):
    """The recording as it came in. Durations in seconds, sample rate in Hz; None where not known yet."""

    kind: Literal["upload", "url"]
    filename: str = Field("", description="Name for display only; never used as a path.")
    url: str | None = None
    title: str | None = Field(None, description="As the site of a link tells it.")
    uploader: str | None = Field(None, description="Artist or channel, as the site of a link tells it.")
    bytes: int | None = None
    sha256: str | None = None
    codec: str | None = None
    duration_seconds: float | None = None
    sample_rate: int | None = None
    channels: int | None = None
    bit_depth: str | None = None


class Stem(Value):
    """One finished stem. Levels in dBFS (None for digital silence); `blob` is its key in storage."""

    name: str
    blob: str
    format: str
    codec: str
    bytes: int
    sha256: str
    duration_seconds: float
    frames: int
    sample_rate: int
    channels: int
    peak_dbfs: float | None
    rms_dbfs: float | None
    peaks_blob: str | None = None


class WeightFile(Value):
    """One file of a model's weights and its full SHA-256."""

    file: str
    sha256: str


class ModelUsed(Value):
    """The model that did the work, with the digest of each weight file."""

    name: str
    weights: tuple[WeightFile, ...] = ()


class StemQuality(Value):
    """How a stem stands in the mix."""

    energy_share: float = Field(description="Of the mix's energy, 0 to 1, before any joint gain.")
    bleed_estimate: float | None = Field(
        None,
        description="Always null: without the true stems nothing tells bleed from instruments that play together. "
        "The name is kept for a method that can.",
    )


class Quality(Value):
    """How well the stems add up: energy of (mix - sum of stems) against the mix, in dB (None when exact)."""

    residual_db: float | None = None
    stems: dict[str, StemQuality] = {}


class Warned(Value):
    """Something the caller should know that did not stop the job."""

    code: Annotated[str, Field(max_length=64)]
    detail: str
