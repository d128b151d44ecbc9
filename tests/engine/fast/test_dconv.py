"""DConv with its folded norm equals Demucs's own on hard weights."""

import copy

import pytest
import torch
from demucs.demucs import DConv
from torch import nn

from worker.engine.fast import blocks
from worker.engine.fast.dconv import FastDConv, NoDConv, OwnDConv, residual_of
from worker.engine.fast.layout import SPECTRAL, TEMPORAL

pytestmark = pytest.mark.usefixtures("either")

SIZES = {SPECTRAL: (21, 6), TEMPORAL: (301, 1)}


def hard(channels, depth=2, compress=8, **more):
    torch.manual_seed(1)
    module = DConv(channels, compress, depth, **more)
    for parameter in module.parameters():
        parameter.data += 0.2 * torch.randn(parameter.shape)
    return module.eval()


def wanted_of(module, values):
    exact = copy.deepcopy(module).double()
    return exact(values.permute(1, 2, 0).double()).permute(2, 0, 1)


def run(module, values, *, layout, number):
    steps, bins = SIZES[layout]
    residual = residual_of(module, layout=layout, number=number, steps=steps, bins=bins)
    found, seen = values.to(number, copy=True), []
    residual(found, lambda start, end, block: seen.append((start, end, block.clone())))
    assert torch.equal(torch.cat([block for *_, block in seen]), found)
    assert [start for start, *_ in seen] == [0, *(end for _, end, _ in seen[:-1])]
    return residual, found


@pytest.mark.parametrize("channels", [8, 16, 48])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_equals_demucs(channels, depth, layout, number, least, draw, near):
    module, values = hard(channels, depth), draw(*SIZES[layout], channels)
    residual, found = run(module, values, layout=layout, number=number)
    assert isinstance(residual, FastDConv)
    assert near(wanted_of(module, values), found) > least


def test_in_several_blocks(layout, draw, near, monkeypatch):
    monkeypatch.setattr(blocks, "_CACHED_BYTES", 1_000)
    module, values = hard(16), draw(*SIZES[layout], 16)
    _, found = run(module, values, layout=layout, number=torch.float32)
    assert near(wanted_of(module, values), found) > 110.0


def test_silence_stays_finite(layout, number):
    _, found = run(hard(16), torch.zeros(*SIZES[layout], 16), layout=layout, number=number)
    assert found.isfinite().all()


def test_any_size_works_whatever_was_said_to_be_usual(layout, draw, near):
    module, values = hard(16), draw(33, 4 if layout.spectral else 1, 16)
    _, found = run(module, values, layout=layout, number=torch.float32)
    assert near(wanted_of(module, values), found) > 110.0


@pytest.mark.parametrize("settings", [{"gelu": False}, {"norm": False}, {"lstm": True}])
def test_other_kinds_are_demucs_own(settings, layout, number, least, draw, near):
    module, values = hard(16, compress=4, **settings), draw(*SIZES[layout], 16)
    residual, found = run(module, values, layout=layout, number=number)
    assert isinstance(residual, OwnDConv)
    assert near(wanted_of(module, values), found) > least


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_one_without_hidden_channels_is_demucs_own(layout, number):
    residual = residual_of(DConv(4, compress=8), layout=layout, number=number, steps=5, bins=1)
    assert isinstance(residual, OwnDConv)


def test_none_leaves_all_as_it_is(layout, number, draw):
    values = draw(*SIZES[layout], 16).to(number)
    residual, found = run(None, values, layout=layout, number=number)
    assert isinstance(residual, NoDConv)
    assert torch.equal(found, values)


def test_an_empty_one_is_none():
    empty = DConv(16, depth=0)
    assert isinstance(empty.layers, nn.ModuleList)
    assert isinstance(residual_of(empty, layout=SPECTRAL, number=torch.float32, steps=5, bins=2), NoDConv)
