"""HTDemucs's short-time Fourier transform and its inverse, steps first and blocked. Knows no networks."""

import math
from collections.abc import Iterable

import torch
from demucs.hdemucs import pad1d

_OVERLAP = 4  # Demucs's window is four hops long
_CACHED_STEPS = 28


class Spectrogram:
    """Between `frames` of audio and `steps` x `bins`, for a window of `size` frames.

    As HTDemucs has it: periodic Hann window, orthonormal scaling, reflected at the ends, the highest bin left out.
    """

    def __init__(self, *, size: int, frames: int) -> None:
        self.steps = math.ceil(frames * _OVERLAP / size)
        self.bins = size // 2
        self._size, self._frames, self._hop = size, frames, size // _OVERLAP
        self._edge = self._hop // 2 * 3
        self._window = torch.hann_window(size)
        self._pieces = self._window.view(_OVERLAP, self._hop)
        self._loudness = self._inverse_loudness()
        self._ones = self._constant()

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        """Channels x frames to steps x bins x (channels x 2, real and imaginary), in float32."""
        after = self._edge + self.steps * self._hop - self._frames
        padded = pad1d(wave, (self._edge, after), mode="reflect").contiguous()
        strides = (padded.shape[1], self._hop, 1)
        cuts = padded.as_strided((len(wave), self.steps, self._size), strides) * self._window
        spectra = torch.fft.rfft(cuts, norm="ortho")[:, :, : self.bins]
        return torch.view_as_real(spectra.permute(1, 2, 0).contiguous()).flatten(2)

    def inverse(self, pieces: Iterable[torch.Tensor], *, scale: torch.Tensor, offset: torch.Tensor) -> torch.Tensor:
        """Of `values * scale + offset`, where scale and offset are numbers, to waves x frames.

        `pieces`: the values, steps x bins x (waves x 2), cut along the steps.
        """
        summed, start = torch.empty(0), 0
        for piece in pieces:
            waves = piece.shape[2] // 2
            if not start:
                summed = torch.zeros(waves, self.steps + _OVERLAP - 1, self._hop)
            for block in piece.tensor_split(-(-len(piece) // _CACHED_STEPS)):
                spectra = self._spectra(block)
                self._lay(torch.fft.irfft(spectra, n=self._size, norm="ortho"), summed[:, start:])
                start += len(block)
        found = self._cut(summed) * (self._loudness * scale)
        return found.add_(self._ones * offset)

    def _spectra(self, block: torch.Tensor) -> torch.Tensor:
        """Steps x bins x (waves x 2) to complex waves x steps x (bins and the highest, which is none)."""
        steps, _, values = block.shape
        real = block.to(torch.float32, memory_format=torch.contiguous_format)
        paired = torch.view_as_complex(real.view(steps, self.bins, values // 2, 2))
        spectra = torch.empty(values // 2, steps, self.bins + 1, dtype=torch.complex64)
        spectra[:, :, : self.bins] = paired.permute(2, 0, 1)
        spectra[:, :, -1] = 0
        return spectra

    def _lay(self, cuts: torch.Tensor, summed: torch.Tensor) -> None:
        """Add windowed cuts (waves x steps x size) where they belong (waves x hops x hop)."""
        waves, count, _ = cuts.shape
        parts = cuts.view(waves, count, _OVERLAP, self._hop)
        for at in range(_OVERLAP):
            summed[:, at : at + count].addcmul_(parts[:, :, at], self._pieces[at])

    def _cut(self, summed: torch.Tensor) -> torch.Tensor:
        return summed.flatten(1)[:, self._edge : self._edge + self._frames]

    def _inverse_loudness(self) -> torch.Tensor:
        """One over the sum of the squared windows, those of the two empty steps that Demucs adds at both ends too."""
        summed = torch.zeros(self.steps + 4 + _OVERLAP - 1, self._hop)
        for at in range(_OVERLAP):
            summed[at : at + self.steps + 4] += self._pieces[at].square()
        return 1.0 / self._cut(summed[2:].unsqueeze(0))[0]

    def _constant(self) -> torch.Tensor:
        """What the inverse makes of ones throughout."""
        spectrum = torch.full((1, self.steps, self.bins + 1), 1 + 1j, dtype=torch.complex64)
        spectrum[:, :, -1] = 0
        summed = torch.zeros(1, self.steps + _OVERLAP - 1, self._hop)
        self._lay(torch.fft.irfft(spectrum, n=self._size, norm="ortho"), summed)
        return self._cut(summed)[0] * self._loudness
