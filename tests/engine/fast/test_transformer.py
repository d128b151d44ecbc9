"""The transformer equals Demucs's own, layer by layer and as a whole, on hard weights."""

import pytest
import torch

from worker.engine.fast.transformer import FastTransformer, NoTransformer, OwnTransformer, middle_of
from worker.engine.fast.transformer_layer import FastLayer, OwnLayer, layer_of

pytestmark = pytest.mark.usefixtures("either")
STEPS, BINS, FRAMES = 11, 4, 29


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, FastLayer),
        ({"t_gelu": False, "t_layer_scale": False, "t_norm_out": False}, FastLayer),
        ({"t_norm_first": False}, OwnLayer),
        ({"t_group_norm": True}, OwnLayer),
    ],
)
@pytest.mark.parametrize("cross", [False, True])
def test_a_layer(cross, settings, kind, number, small, draw, near):
    module = small(t_layers=2, **settings).crosstransformer.layers[int(cross)]
    values, other = draw(STEPS * BINS, 64), draw(FRAMES, 64)
    inputs = (values, other) if cross else (values,)
    before = [each.clone() for each in inputs]
    layer = layer_of(module, number=number, steps=len(values), others=len(other))
    found = layer(*inputs)
    assert isinstance(layer, kind)
    assert found.dtype == torch.float32
    assert all(torch.equal(now, then) for now, then in zip(inputs, before, strict=True))
    assert near(module(*(each[None] for each in inputs))[0], found) > (110.0 if number == torch.float32 else 40.0)


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"t_layers": 5}, FastTransformer),
        ({"bottom_channels": 32, "t_layers": 3}, FastTransformer),
        ({"t_cross_first": True, "t_layers": 2, "t_weight_pos_embed": 0.5}, FastTransformer),
        ({"t_norm_in": False}, FastTransformer),
        ({"t_emb": "cape", "bottom_channels": 32}, OwnTransformer),
    ],
)
def test_the_whole(settings, kind, number, small, draw, near):
    module = small(**settings)
    spectral, temporal = draw(STEPS, BINS, 64), draw(FRAMES, 1, 64)
    middle = middle_of(module, number=number, steps=STEPS, bins=BINS, frames=FRAMES)
    assert isinstance(middle, kind)
    for wanted, found in zip(OwnTransformer(module)(spectral, temporal), middle(spectral, temporal), strict=True):
        assert wanted.shape == found.shape
        assert near(wanted, found) > (110.0 if number == torch.float32 else 40.0)


def test_own_is_what_htdemucs_does_between_its_layers(small, draw):
    module = small(bottom_channels=32)
    spectral, temporal = draw(STEPS, BINS, 64), draw(FRAMES, 1, 64)
    one = module.channel_upsampler(spectral.permute(2, 1, 0).reshape(1, 64, -1)).view(1, 32, BINS, STEPS)
    one, two = module.crosstransformer(one, module.channel_upsampler_t(temporal[:, 0].T[None]))
    found, found_temporal = OwnTransformer(module)(spectral, temporal)
    assert torch.allclose(module.channel_downsampler(one.flatten(2)).view(64, BINS, STEPS).permute(2, 1, 0), found)
    assert torch.allclose(module.channel_downsampler_t(two)[0].T[:, None], found_temporal)


def test_none_leaves_all_as_it_is(small, draw):
    middle = middle_of(small(t_layers=0), number=torch.float32, steps=STEPS, bins=BINS, frames=FRAMES)
    assert isinstance(middle, NoTransformer)
    spectral, temporal = draw(STEPS, BINS, 64), draw(FRAMES, 1, 64)
    assert middle(spectral, temporal) == (spectral, temporal)
