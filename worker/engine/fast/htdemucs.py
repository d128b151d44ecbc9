"""HTDemucs's whole function, one mix after the other, made of the faster forms of its parts."""

from typing import Any

import torch
from demucs.htdemucs import HTDemucs
from torch.nn import functional

from worker.engine.fast.branch import Branch
from worker.engine.fast.layout import SPECTRAL, TEMPORAL
from worker.engine.fast.precision import Precision
from worker.engine.fast.spectrogram import Spectrogram
from worker.engine.fast.transformer import middle_of

_EPSILON = 1e-5


class FastHTDemucs:
    """Computes what `module` computes; parts in a form that no faster one covers are Demucs's own."""

    def __init__(self, module: Any, precision: Precision) -> None:
        self.frames = int(module.segment * module.samplerate)
        self._sources = len(module.sources)
        self._spectrogram = Spectrogram(size=module.nfft, frames=self.frames)
        self._spectral = Branch(
            module.encoder,
            module.decoder,
            layout=SPECTRAL,
            size=(self._spectrogram.steps, self._spectrogram.bins),
            precision=precision.spectral,
            embedding=_embedding(module),
        )
        self._temporal = Branch(
            module.tencoder,
            module.tdecoder,
            layout=TEMPORAL,
            size=(self.frames, 1),
            precision=precision.temporal,
        )
        (steps, bins), (frames, _) = self._spectral.sizes[-1], self._temporal.sizes[-1]
        self._middle = middle_of(module, number=precision.transformer, steps=steps, bins=bins, frames=frames)

    @staticmethod
    def covers(module: Any) -> bool:
        """Whether both branches run side by side to the end and speak of complex numbers as channels."""
        return bool(
            isinstance(module, HTDemucs)
            and module.cac
            and module.use_train_segment
            and module.nfft % 8 == 0
            and len(module.tencoder) == len(module.tdecoder) == module.depth
            and not any(layer.empty for layer in module.tencoder)
        )

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        """Batch x channels x frames (at most `frames`) to batch x sources x channels x frames, all in float32."""
        length = batch.shape[-1]
        whole = functional.pad(batch, (0, self.frames - length))  # as Demucs does
        return torch.stack([self._separated(mix)[..., :length] for mix in whole])

    def _separated(self, mix: torch.Tensor) -> torch.Tensor:
        spectrum = self._spectrogram.forward(mix)
        deviation, mean = _moments(spectrum)
        skips = self._spectral.encode(spectrum.sub_(mean).div_(_EPSILON + deviation))
        deviation_temporal, mean_temporal = _moments(mix)
        wave = (mix - mean_temporal).div_(_EPSILON + deviation_temporal)
        skips_temporal = self._temporal.encode(wave.T.unsqueeze(1).contiguous())
        spectral, temporal = self._middle(skips[-1], skips_temporal[-1])
        pieces = self._spectral.decode(spectral, skips)
        found = self._spectrogram.inverse(pieces, scale=deviation, offset=mean)
        wave = torch.cat(list(self._temporal.decode(temporal, skips_temporal)))[:, 0]
        found.add_(wave.T.float().mul_(deviation_temporal).add_(mean_temporal))
        return found.view(self._sources, -1, self.frames)


def _embedding(module: Any) -> torch.Tensor | None:
    """What HTDemucs adds to each bin after the first spectral encoder, bins x channels."""
    if module.freq_emb is None:
        return None
    return module.freq_emb.weight.detach() * module.freq_emb_scale


def _moments(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Deviation and mean of all values, as torch.std_mean has them and several times faster."""
    count = values.numel()
    mean = values.sum(dtype=torch.float64) / count
    squares = torch.linalg.vector_norm(values, dtype=torch.float64).square()
    variance = (squares - count * mean.square()).clamp_(min=0.0) / (count - 1)
    return variance.sqrt().float(), mean.float()
