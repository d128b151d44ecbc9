"""What a separation made, as facts: files, levels, timings. Frozen."""

from dataclasses import dataclass
from pathlib import Path

from media.facts import AudioFacts
from media.peaks import Peaks


@dataclass(frozen=True, kw_only=True)
class StemFile:
    """One finished stem.

    `bytes`: the file's size. `frames`: at `sample_rate`. `peak`, `rms`: linear, of what was encoded (1.0 = full scale).
    `codec`: as in `OutputFormat.codec`. `peaks`: for drawing.
    """

    name: str
    path: Path
    format: str
    codec: str
    bytes: int
    sha256: str
    frames: int
    sample_rate: int
    channels: int
    peak: float
    rms: float
    peaks: Peaks


@dataclass(frozen=True, kw_only=True)
class Separation:
    """A finished separation.

    `source_frames`: of the recording at its own rate. `gain`: linear, applied to all stems alike (1.0 unless
    `clip: joint` had to lower them). `residual_db`: level of the mix minus the sum of the stems (`residual` left
    out), against the mix; None for a silent mix. `mix_energy`: sum of the mix's squared samples at the stems' rate and
    channels. `timings`: seconds a stage; `realtime_factor`: seconds of audio for each second of work;
    `overlapped_encoding`: seconds of processor that encoders used while the networks ran, which are in no stage of
    `timings`. `warnings`: (code, detail) pairs.
    """

    stems: tuple[StemFile, ...]
    source: AudioFacts
    source_frames: int
    gain: float
    residual_db: float | None
    mix_energy: float
    device: str
    precision: str
    seed: int
    warnings: tuple[tuple[str, str], ...]
    timings: dict[str, float]
    realtime_factor: float
    overlapped_encoding: float = 0.0
