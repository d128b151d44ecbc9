"""What a separation may be asked for. Checks options by themselves; knows no model."""

from dataclasses import dataclass
from typing import Literal

from media.formats import BitDepth, FormatName
from worker.engine.errors import InvalidOptions

Clip = Literal["joint", "clamp", "none"]
OutputBitDepth = BitDepth | Literal["source"]
OutputChannels = Literal["model", "source"]

RESIDUAL = "residual"
MAX_SHIFTS = 10
MAX_OVERLAP = 0.95


@dataclass(frozen=True, kw_only=True)
class SeparationOptions:
    """How to separate. Raises InvalidOptions.

    `stems`: the stems wanted, or None for all of the model's.
    `two_stems`: this stem, and `no_` + its name for everything else; not together with `stems`.
    `shifts`: random time shifts to average over (0 to 10); 0 shifts nothing.
    `overlap`: of neighbouring segments, as a fraction of a segment (0 to 0.95).
    `seed`: of the shifts; the same seed gives the same shifts. None: from the recording's content (0 for a bare mix).
    `clip`: what keeps files from overloading: one gain for all stems, hard limits, or nothing (float formats).
    `residual`: add a stem `residual`, what the others leave out, so that all of them sum to the mix.
    `max_seconds`: refuse a recording that decodes to more; None for no limit.
    """

    stems: tuple[str, ...] | None = None
    two_stems: str | None = None
    shifts: int = 1
    overlap: float = 0.25
    seed: int | None = None
    clip: Clip = "joint"
    residual: bool = False
    max_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.stems is not None and self.two_stems is not None:
            raise InvalidOptions("Ask for either stems or two_stems, not both.")
        if self.stems is not None and not self.stems:
            raise InvalidOptions("stems must name at least one stem; leave it out for all of them.")
        if not 0 <= self.shifts <= MAX_SHIFTS:
            raise InvalidOptions(f"shifts must be from 0 to {MAX_SHIFTS}, not {self.shifts}.")
        if not 0.0 <= self.overlap <= MAX_OVERLAP:
            raise InvalidOptions(f"overlap must be from 0 to {MAX_OVERLAP}, not {self.overlap}.")
        if self.max_seconds is not None and not self.max_seconds > 0.0:
            raise InvalidOptions("max_seconds must be above 0.")
        if self.clip not in ("joint", "clamp", "none"):
            raise InvalidOptions(f"clip must be joint, clamp or none, not {self.clip!r}.")

    def sources(self, offered: tuple[str, ...]) -> tuple[str, ...]:
        """The model's sources that must be computed, in the model's order. Raises InvalidOptions."""
        wanted = (self.two_stems,) if self.two_stems else (self.stems or offered)
        missing = [name for name in wanted if name not in offered]
        if missing:
            raise InvalidOptions(f"This model has no stem {missing[0]!r}; it has {', '.join(offered)}.")
        return tuple(name for name in offered if name in wanted)

    def outputs(self, offered: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the stems that come out, in order. Raises InvalidOptions."""
        names = self.sources(offered)
        if self.two_stems:
            names = (self.two_stems, f"no_{self.two_stems}")
        return (*names, RESIDUAL) if self.residual else names


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """How to write the stems.

    `format`: wav, flac, mp3, m4a or ogg. `bit_depth`: source, 16, 24 or 32f (wav and flac only).
    `sample_rate`: in Hz, or None for the source's. `bitrate_kbps`: of mp3, m4a and ogg.
    `channels`: `model` (stereo with all published models) or `source` (mono stays mono).
    """

    format: FormatName = "wav"
    bit_depth: OutputBitDepth = "source"
    sample_rate: int | None = None
    bitrate_kbps: int | None = None
    channels: OutputChannels = "model"
