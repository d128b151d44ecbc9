"""HTDemucs's transformer with the waves that say where a step is kept on its device. torch is imported here.

Demucs makes them anew on the host for each batch and sends them there, which waits for all that the device has to do.
"""

from typing import Any

import torch
from demucs import transformer as waves

Places = tuple[torch.Tensor, torch.Tensor]


class PlacedTransformer(torch.nn.Module):
    """Computes what `inner` computes, to the bit. Batch x channels x bins x steps and batch x channels x frames."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner
        self._places: dict[tuple[torch.Size, torch.Size], Places] = {}

    def forward(self, spectral: torch.Tensor, temporal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Both branches, as the transformer takes and gives them."""
        inner, steps = self.inner, spectral.shape[3]
        place, place_temporal = self._placed(spectral, temporal)
        one = inner.norm_in(spectral.permute(0, 3, 2, 1).flatten(1, 2)) + place
        two = inner.norm_in_t(temporal.transpose(1, 2)) + place_temporal
        for at, (layer, layer_temporal) in enumerate(zip(inner.layers, inner.layers_t, strict=True)):
            if at % 2 == inner.classic_parity:
                one, two = layer(one), layer_temporal(two)
            else:
                one, two = layer(one, two), layer_temporal(two, one)
        return one.unflatten(1, (steps, -1)).permute(0, 3, 2, 1), two.transpose(1, 2)

    def _placed(self, spectral: torch.Tensor, temporal: torch.Tensor) -> Places:
        """Steps x bins, and frames, each x channels."""
        key = spectral.shape[1:], temporal.shape[1:]
        if key not in self._places:
            self._places = {key: self._made(spectral, temporal)}
        return self._places[key]

    def _made(self, spectral: torch.Tensor, temporal: torch.Tensor) -> Places:
        inner, (channels, bins, steps), device = self.inner, spectral.shape[1:], spectral.device
        plane: Any = waves.create_2d_sin_embedding
        place = plane(channels, bins, steps, device, inner.max_period)[0].permute(2, 1, 0).flatten(0, 1)
        line = waves.create_sin_embedding(temporal.shape[2], channels, device=device, max_period=inner.max_period)
        return inner.weight_pos_embed * place, inner.weight_pos_embed * line[:, 0]


def keep_places(module: Any) -> None:
    """Do so in this network, where its places are fixed waves, as in every published HTDemucs."""
    inner = getattr(module, "crosstransformer", None)
    if inner is not None and inner.emb == "sin" and not inner.sin_random_shift:
        module.crosstransformer = PlacedTransformer(inner)


def forget_places(module: Any) -> None:
    """Take back what `keep_places` did."""
    placed = getattr(module, "crosstransformer", None)
    if isinstance(placed, PlacedTransformer):
        module.crosstransformer = placed.inner
