"""How wrong separated stems are, as training sees it: a distance in time and one of spectra."""

import torch
from torch import Tensor

_SIZES = (1024,)
_FLOOR = 0.01


def distance(estimate: Tensor, truth: Tensor, *, weights: Tensor, spectral: float) -> Tensor:
    """Mean absolute error relative to each stem's level, plus `spectral` times that of magnitudes of the mid channel.

    Both are `batch x stems x channels x frames`; `weights` has a number a stem. Relative, so that quiet stems count
    as the signal-to-distortion ratio counts them.
    """
    level = truth.square().mean(dim=(2, 3)).sqrt()
    scale = weights / (level + 0.2 * level.mean(dim=1, keepdim=True) + _FLOOR)
    wave = (estimate - truth).abs().mean(dim=(2, 3))
    spectra = sum((_spectral(estimate.mean(dim=2), truth.mean(dim=2), size) for size in _SIZES), torch.zeros(()))
    return ((wave + spectral * spectra) * scale).mean()


def _spectral(estimate: Tensor, truth: Tensor, size: int) -> Tensor:
    difference = _magnitudes(estimate, size) - _magnitudes(truth, size)
    return difference.abs().mean(dim=(1, 2)).reshape(estimate.shape[:2])


def _magnitudes(sound: Tensor, size: int) -> Tensor:
    flat = sound.reshape(-1, sound.shape[-1])
    spectrum = torch.stft(flat, size, size // 4, window=torch.hann_window(size), normalized=True, return_complex=True)
    return (spectrum.real.square() + spectrum.imag.square() + 1e-8).sqrt()
