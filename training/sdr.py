"""The measure of a separation: the signal-to-distortion ratio. numpy only."""

import numpy as np
from numpy.typing import NDArray

_TINY = 1e-12


def sdr(truth: NDArray[np.float32], estimate: NDArray[np.float32]) -> float:
    """Signal-to-distortion ratio in dB over the whole song, of two arrays `channels x frames`.

    10 log10(sum s^2 / sum (s - e)^2) over all channels and frames: the definition of the Music Demixing Challenge
    2021 (Mitsufuji et al., arXiv:2108.13559), without blocks, alignment or rescaling. Raises ValueError when the
    shapes differ.
    """
    if truth.shape != estimate.shape:
        raise ValueError(f"the estimate is {estimate.shape}, the truth {truth.shape}")
    signal = np.sum(np.square(truth, dtype=np.float64))
    distortion = np.sum(np.square(truth.astype(np.float64) - estimate))
    return float(10 * np.log10((signal + _TINY) / (distortion + _TINY)))
