"""The transforms equal those of HTDemucs."""

from fractions import Fraction

import pytest
import torch

from worker.engine.fast.spectrogram import Spectrogram


@pytest.mark.parametrize("frames", [300, 3_200, 4_096, 40_001])
@pytest.mark.parametrize("size", [1_024, 2_048])
def test_equals_demucs(frames, size, small, draw, near):
    module = small(nfft=size, segment=Fraction(frames, 8_000))
    wave = draw(frames, 2).T.contiguous()
    spectrogram = Spectrogram(size=size, frames=frames)
    wanted = module._spec(wave)
    found = spectrogram.forward(wave)
    assert found.shape == (spectrogram.steps, spectrogram.bins, 4)
    assert near(torch.view_as_real(wanted).permute(2, 1, 0, 3).flatten(2), found) > 120.0

    values, scale, offset = draw(spectrogram.steps, spectrogram.bins, 6), torch.tensor(1.7), torch.tensor(0.2)
    complexes = torch.view_as_complex((values * scale + offset).view(*values.shape[:2], 3, 2)).permute(2, 1, 0)
    wanted = module._ispec(complexes.contiguous(), frames)
    for pieces in ([values], values.split(30), values.split(1)):
        assert near(wanted, spectrogram.inverse(pieces, scale=scale, offset=offset)) > 120.0
