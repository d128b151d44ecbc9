"""Encoder and decoder layers equal Demucs's own on hard weights, in both branches."""

import pytest
import torch

from worker.engine.fast import blocks
from worker.engine.fast.branch import Branch
from worker.engine.fast.decoder import FastDecoder, OwnDecoder
from worker.engine.fast.encoder import FastEncoder, OwnEncoder
from worker.engine.fast.layout import SPECTRAL
from worker.engine.fast.precision import precision_named

pytestmark = pytest.mark.usefixtures("either")

SIZES = {True: (13, 128), False: (531, 1)}


def parts(module, layout):
    return (module.encoder, module.decoder) if layout.spectral else (module.tencoder, module.tdecoder)


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("embedded", [False, True])
def test_an_encoder(at, embedded, layout, number, least, small, draw, near):
    module = parts(small(), layout)[0][at]
    size = SIZES[layout.spectral]
    values = draw(*size, module.conv.in_channels)
    embedding = draw(size[1] // 4, 16 * 2**at) if embedded and layout.spectral else None
    wanted = OwnEncoder(module, layout, embedding)(values)
    assert FastEncoder.covers(module)
    made = FastEncoder(module, layout=layout, number=number, size=size, spare=2, embedding=embedding)(values)
    assert torch.equal(made[-2:], torch.zeros_like(made[-2:]))
    assert near(wanted, made[:-2]) > least


@pytest.mark.parametrize("at", [0, 2])
def test_a_decoder(at, layout, number, least, small, draw, near):
    module = parts(small(), layout)[1][at]
    size = SIZES[layout.spectral]
    values, skip = draw(*size, module.chin), draw(*size, module.chin)
    length = size[0] if layout.spectral else 4 * size[0] - 3
    wanted = torch.cat(list(OwnDecoder(module, layout)([values], skip, length)))
    assert FastDecoder.covers(module)
    made = FastDecoder(module, layout=layout, number=number, size=size)
    assert near(wanted, torch.cat(list(made([values], skip, length)))) > least
    assert near(wanted, torch.cat(list(made(values.split([1, 0, 7, len(values) - 8]), skip, length)))) > least


@pytest.mark.parametrize("at", [0, 2])
def test_a_decoder_gives_what_it_has_in_pieces(at, small, draw, near, monkeypatch):
    monkeypatch.setattr(blocks, "_CACHED_BYTES", 1_000)
    module = small().decoder[at]
    values, skip = draw(*SIZES[True], module.chin), draw(*SIZES[True], module.chin)
    pieces = list(FastDecoder(module, layout=SPECTRAL, number=torch.float32, size=SIZES[True])([values], skip, 13))
    assert len(pieces) > 5
    assert near(*OwnDecoder(module, SPECTRAL)([values], skip, 13), torch.cat(pieces)) > 110.0


def test_own_layers_are_demucs_layers(layout, small, draw):
    """The way to Demucs's shapes and back, with nothing of ours between."""
    encoders, decoders = parts(small(), layout)
    size = SIZES[layout.spectral]
    values = draw(*size, encoders[0].conv.in_channels)
    turned = values.permute(2, 1, 0)[None] if layout.spectral else values[:, 0].T[None]
    wanted = encoders[0](turned)
    found = OwnEncoder(encoders[0], layout)(values)
    assert torch.allclose(wanted[0].permute(2, 1, 0) if layout.spectral else wanted[0].T[:, None], found)
    again, _ = decoders[-1](wanted, wanted, size[0])
    (found,) = OwnDecoder(decoders[-1], layout)([found], found, size[0])
    assert torch.allclose(again[0].permute(2, 1, 0) if layout.spectral else again[0].T[:, None], found)


@pytest.mark.parametrize("settings", [{"norm_starts": 0}, {"rewrite": False}, {"context_enc": 1}])
def test_layers_of_other_kinds_are_demucs_own(settings, layout, small, draw):
    encoders, decoders = parts(small(**settings), layout)
    precision = precision_named("bfloat16").spectral
    branch = Branch(encoders, decoders, layout=layout, size=SIZES[layout.spectral], precision=precision)
    assert all(isinstance(layer, OwnEncoder) for layer in branch._encoders)
    skips = branch.encode(draw(*SIZES[layout.spectral], encoders[0].conv.in_channels))
    assert torch.cat(list(branch.decode(skips[-1], skips))).shape[:2] == SIZES[layout.spectral]
