"""How good a stem is against the true one: length, peak and SDR of two files. numpy and media are loaded when used."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TINY = 1e-12


@dataclass(frozen=True)
class Score:
    """`seconds` and `peak` (linear) of the stem; `sdr_db` against the truth.

    `difference`: in what the file differs from the true one in form (frames, rate, channels), or None.
    """

    stem: str
    seconds: float
    peak: float
    sdr_db: float
    difference: str | None

    @property
    def peak_dbfs(self) -> float:
        """The peak in dB below full scale."""
        return 20 * math.log10(self.peak) if self.peak > 0 else -math.inf


def score(stem: str, estimate: Path, truth: Path, *, gain: float = 1.0) -> Score:
    """Compare a stem with the true one. `gain`: what the stem was lowered by, undone before the comparison.

    The SDR is that of the Music Demixing Challenge 2021 (arXiv:2108.13559): 10 log10(sum s^2 / sum (s - e)^2).
    Raises MediaError for a file that is not audio.
    """
    # numpy loads slowly, and only the demo measures
    import numpy as np

    (made, made_rate), (true, true_rate) = _audio(estimate), _audio(truth)
    difference = _difference((made.shape[1], made_rate, made.shape[0]), (true.shape[1], true_rate, true.shape[0]))
    if difference is None:
        distortion = float(np.square(true - made.astype(np.float64) / gain).sum())
        sdr = 10 * math.log10((float(np.square(true, dtype=np.float64).sum()) + _TINY) / (distortion + _TINY))
    else:
        sdr = -math.inf
    return Score(stem, made.shape[1] / made_rate, float(np.abs(made).max(initial=0.0)), sdr, difference)


def _audio(path: Path) -> tuple[Any, int]:
    """All samples (channels x frames) and their rate in Hz."""
    # as above; PyAV likewise
    import numpy as np

    from media.decode import decode  # PyAV
    from media.probe import probe  # PyAV

    return np.concatenate(list(decode(path)), axis=1), probe(path).sample_rate


def _difference(made: tuple[int, int, int], true: tuple[int, int, int]) -> str | None:
    names = ("frames", "Hz", "channels")
    pairs = zip(names, made, true, strict=True)
    found = [f"{one} {name} instead of {other}" for name, one, other in pairs if one != other]
    return ", ".join(found) or None
