"""What a request may ask for, validated and resolved against the catalog."""

from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contract.catalog import DEFAULT_MODEL, Catalog, CatalogEntry
from contract.errors import FieldProblem

Format = Literal["wav", "flac", "mp3", "m4a", "ogg"]
BitDepth = Literal["source", "16", "24", "32f"]
Clip = Literal["joint", "clamp", "none"]
Priority = Literal["high", "normal", "low"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""First the ones that are taken first."""
StemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]

RESIDUAL = "residual"
DEFAULT_BITRATE_KBPS = {"mp3": 320, "m4a": 256, "ogg": 192}


class JobRequest(BaseModel):
    """The options of one separation as a caller may send them; everything has a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model: str | None = Field(None, description="Model by its published name; the service's default when absent.")
    stems: tuple[StemName, ...] | None = Field(None, description="Stems wanted; all of the model's when absent.")
    two_stems: StemName | None = Field(None, description="Only this stem and everything else (`no_<stem>`).")
    format: Format = Field("wav", description="File format of the stems.")
    bitrate_kbps: int | None = Field(None, ge=32, le=512, description="Bit rate of mp3, m4a and ogg in kbit/s.")
    bit_depth: BitDepth = Field("source", description="Bit depth of wav and flac; `source` keeps the recording's.")
    sample_rate: Literal["source"] | Annotated[int, Field(ge=8_000, le=192_000)] = Field(
        "source", description="Sample rate of the stems in Hz; `source` keeps the recording's."
    )
    shifts: int = Field(1, ge=0, le=10, description="Random shifts to average over (Demucs's --shifts); 0 for none.")
    overlap: float = Field(0.25, ge=0.0, le=0.9, description="Overlap of neighbouring segments, as a fraction.")
    seed: int | None = Field(None, ge=0, lt=2**32, description="Seed of the shifts; from the content when absent.")
    clip: Clip = Field("joint", description="Against overload: one gain for all stems, hard limits, or nothing.")
    residual: bool = Field(False, description="Add what the stems leave out, so that the sum is the mix exactly.")
    priority: Priority = Field(
        "normal", description="Order within the caller's own jobs; other callers' do not notice."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.stems is not None and self.two_stems is not None:
            raise ValueError("ask for either stems or two_stems, not both")
        if self.stems is not None and not self.stems:
            raise ValueError("stems must name at least one stem; leave it out for all of them")
        if self.bitrate_kbps is not None and self.format in ("wav", "flac"):
            raise ValueError(f"bitrate_kbps does not apply to {self.format}; it is for mp3, m4a and ogg")
        if self.clip == "none" and (self.format != "wav" or self.bit_depth not in ("32f", "source")):
            raise ValueError("clip: none needs a float format: format wav with bit_depth 32f")
        if self.format == "flac" and self.bit_depth == "32f":
            raise ValueError("flac holds 16 or 24 bits; choose wav for 32f")
        return self


class JobOptions(JobRequest):
    """Options resolved: a model that exists, and the stems that will come out, in order.

    `default_model` is true when the caller named no model, so that a worker may fall back to another.
    """

    model: str
    stems: tuple[StemName, ...]
    default_model: bool = False

    @model_validator(mode="after")
    def _agree(self) -> Self:
        return self


def resolve(request: JobRequest, catalog: Catalog, *, default_model: str = DEFAULT_MODEL) -> JobOptions:
    """Fill in what the caller left open. Raises UnknownModel, FieldProblem (a stem the model does not have)."""
    entry = catalog.entry(request.model or default_model)
    fields = request.model_dump(exclude_none=True) | {
        "model": entry.name,
        "stems": outputs(entry, request),
        "default_model": request.model is None,
    }
    if request.format in DEFAULT_BITRATE_KBPS:
        fields.setdefault("bitrate_kbps", DEFAULT_BITRATE_KBPS[request.format])
    return JobOptions.model_validate(fields)


def outputs(entry: CatalogEntry, request: JobRequest) -> tuple[str, ...]:
    """The names of the stems that will come out, in order. Raises FieldProblem for one the model does not have."""
    wanted = request.stems or ((request.two_stems,) if request.two_stems else entry.stems)
    missing = [name for name in wanted if name not in entry.stems]
    if missing:
        pointer = "/two_stems" if request.two_stems else "/stems"
        raise FieldProblem([(pointer, f"{entry.name} has no {missing[0]}; it has {', '.join(entry.stems)}")])
    named = (wanted[0], f"no_{wanted[0]}") if request.two_stems else tuple(dict.fromkeys(wanted))
    return (*named, RESIDUAL) if request.residual else named
