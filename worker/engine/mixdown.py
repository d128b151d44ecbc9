"""What is made from the separated stems: everything else, the residual, levels. Arithmetic on blocks, no files."""

import math
from collections.abc import Iterable

import numpy as np

from media.blocks import FloatBlock
from worker.engine.options import RESIDUAL, Clip, SeparationOptions

# Nothing quieter is told apart from an exact sum: float32 rounding lies about here.
SILENCE_DB = -150.0


def complete(stems: dict[str, FloatBlock], mix: FloatBlock, options: SeparationOptions) -> dict[str, FloatBlock]:
    """The stems that come out (channels x frames each): those computed, then `no_NAME` and `residual` if asked for.

    Everything else is the mix minus the stem, so that both sum to the mix and one network suffices for a bag of
    specialists; the residual is the mix minus the sum of all the others.
    """
    finished = dict(stems)
    if options.two_stems:
        finished[f"no_{options.two_stems}"] = mix - stems[options.two_stems]
    if options.residual:
        finished[RESIDUAL] = mix - total(finished.values())
    return finished


def total(stems: Iterable[FloatBlock]) -> FloatBlock:
    """The sum of blocks of one shape."""
    return np.add.reduce(list(stems))


def peak_of(block: FloatBlock) -> float:
    """The loudest sample, linear; 0.0 where there is none."""
    return float(np.abs(block).max(initial=0.0))


def gain_for(peak: float, clip: Clip) -> float:
    """The one gain for all stems whose loudest sample is `peak`: 1.0 unless `joint` must lower them to full scale."""
    return 1.0 / peak if clip == "joint" and peak > 1.0 else 1.0


def level(block: FloatBlock, gain: float, clip: Clip) -> FloatBlock:
    """A copy of the block with the gain applied and, unless `clip` is `none`, held to full scale."""
    louder = block * np.float32(gain)
    return louder if clip == "none" else np.clip(louder, -1.0, 1.0, out=louder)


class ResidualMeter:
    """Measures what the sum of the stems leaves out of the mix, over all blocks.

    `mix_energy`: the sum of the mix's squared samples so far.
    """

    def __init__(self) -> None:
        self.mix_energy = 0.0
        self._residual = 0.0

    def add(self, mix: FloatBlock, stems: Iterable[FloatBlock]) -> None:
        """Take in the next block of the mix and of every stem but `residual` (channels x frames each)."""
        self.mix_energy += _energy(mix)
        self._residual += _energy(mix - total(stems))

    @property
    def residual_db(self) -> float | None:
        """Energy of the residual against the mix's, never below SILENCE_DB; None while the mix is silent."""
        if self.mix_energy == 0.0:
            return None
        ratio = self._residual / self.mix_energy
        return max(SILENCE_DB, 10.0 * math.log10(ratio)) if ratio > 0.0 else SILENCE_DB


def _energy(block: FloatBlock) -> float:
    return float(np.square(block, dtype=np.float64).sum())
