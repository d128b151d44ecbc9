"""HTDemucs's transformer between encoders and decoders, with the dense layers around it; two branches that listen."""

from typing import Any, Protocol

import torch
from demucs import transformer as waves
from torch import nn
from torch.nn import functional

from worker.engine.fast.dense import Dense
from worker.engine.fast.transformer_layer import layer_of


class Middle(Protocol):
    """Both branches (steps x bins x channels, frames x 1 x channels) to the same shapes."""

    def __call__(self, spectral: torch.Tensor, temporal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Never changes its arguments."""
        ...


class NoTransformer:
    """Where a network has none."""

    def __call__(self, spectral: torch.Tensor, temporal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As they came."""
        return spectral, temporal


class OwnTransformer:
    """Demucs's own, with its own dense layers around it."""

    def __init__(self, module: Any) -> None:
        self._inner = module.crosstransformer
        self._around = _around(module)

    def __call__(self, spectral: torch.Tensor, temporal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Middle`."""
        steps, bins, _ = spectral.shape
        one = spectral.permute(2, 1, 0).flatten(1).unsqueeze(0).float()
        two = temporal.permute(1, 2, 0).float()
        up, up_temporal, down, down_temporal = self._around
        one, two = self._inner(up(one).view(1, -1, bins, steps), up_temporal(two))
        one = down(one.flatten(2)).view(-1, bins, steps)
        return one.permute(2, 1, 0).contiguous(), down_temporal(two).permute(2, 0, 1).contiguous()


class FastTransformer:
    """The same function on rows of steps, each layer in its fastest form; residuals in float32."""

    def __init__(self, module: Any, *, number: torch.dtype, steps: int, bins: int, frames: int) -> None:
        inner = module.crosstransformer
        self._number = number
        rows = steps * bins
        self._norms = inner.norm_in, inner.norm_in_t
        self._around = [
            None if isinstance(layer, nn.Identity) else _pointwise(layer, number=number, rows=count)
            for layer, count in zip(_around(module), (rows, frames, rows, frames), strict=True)
        ]
        channels = module.bottom_channels or module.encoder[-1].conv.out_channels
        self._places = _places(inner, channels, (steps, bins, frames))
        self._layers = [
            (
                at % 2 != inner.classic_parity,
                layer_of(inner.layers[at], number=number, steps=rows, others=frames),
                layer_of(inner.layers_t[at], number=number, steps=frames, others=rows),
            )
            for at in range(inner.num_layers)
        ]

    @staticmethod
    def covers(module: Any) -> bool:
        """Whether its places are fixed waves, as in every published HTDemucs."""
        inner = module.crosstransformer
        return inner.emb == "sin" and not inner.sin_random_shift

    def __call__(self, spectral: torch.Tensor, temporal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Middle`."""
        up, up_temporal, down, down_temporal = self._around
        one = self._entered(self._dense(up, spectral.flatten(0, 1)), 0)
        two = self._entered(self._dense(up_temporal, temporal.flatten(0, 1)), 1)
        for cross, layer, layer_temporal in self._layers:
            if cross:
                one, two = layer(one, two), layer_temporal(two, one)
            else:
                one, two = layer(one), layer_temporal(two)
        one, two = self._dense(down, one), self._dense(down_temporal, two)
        return one.view(*spectral.shape[:2], -1), two.view(*temporal.shape[:2], -1)

    def _dense(self, layer: Dense | None, rows: torch.Tensor) -> torch.Tensor:
        return rows if layer is None else layer(rows.to(self._number))

    def _entered(self, rows: torch.Tensor, branch: int) -> torch.Tensor:
        """Normalised and told their places."""
        norm, places = self._norms[branch], self._places[branch]
        rows = rows.float()
        if isinstance(norm, nn.LayerNorm):
            return functional.layer_norm(rows, rows.shape[-1:], norm.weight, norm.bias, norm.eps).add_(places)
        return norm(rows.unsqueeze(0))[0] + places


def middle_of(module: Any, *, number: torch.dtype, steps: int, bins: int, frames: int) -> Middle:
    """The fastest form of what lies between this HTDemucs's encoders and decoders that computes the same."""
    if module.crosstransformer is None:
        return NoTransformer()  # Demucs then leaves the dense layers around it out too
    if not FastTransformer.covers(module):
        return OwnTransformer(module)
    return FastTransformer(module, number=number, steps=steps, bins=bins, frames=frames)


def _around(module: Any) -> tuple[nn.Module, nn.Module, nn.Module, nn.Module]:
    """The dense layers before (spectral, temporal) and after; identities where the model has none."""
    if not module.bottom_channels:
        return nn.Identity(), nn.Identity(), nn.Identity(), nn.Identity()
    before = module.channel_upsampler, module.channel_upsampler_t
    return *before, module.channel_downsampler, module.channel_downsampler_t


def _pointwise(layer: Any, *, number: torch.dtype, rows: int) -> Dense:
    return Dense(layer.weight[:, :, 0], layer.bias, number=number, rows=rows)


def _places(inner: Any, channels: int, size: tuple[int, int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """What is added to the rows to say where they are: (steps x bins) x channels, and frames x channels."""
    steps, bins, frames = size
    plane: Any = waves.create_2d_sin_embedding
    spectral = plane(channels, bins, steps, "cpu", inner.max_period)[0]
    temporal = waves.create_sin_embedding(frames, channels, 0, "cpu", inner.max_period)[:, 0]
    rows = spectral.permute(2, 1, 0).reshape(steps * bins, channels)
    return rows * inner.weight_pos_embed, temporal * inner.weight_pos_embed
